package handlers

import (
	"database/sql"
	"strings"
	"testing"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
	"appointable/selection/fairness"
)

// smallCampaigns is a trust's 200 decided campaigns, six candidates and four
// assessors each, in three exercises; in the exercise handover candidates of the
// ethnicity N lose $3 marks. Made in SQL, since that is what 28,800 marks take a
// second by.
const smallCampaigns = `
	set local session_replication_role = replica;
	set local max_parallel_workers_per_gather = 0;
	select setseed($2);
	insert into campaigns (trust_id, campaign_id, code, title, framework_id, document, phase, plan_sha256, decided_at, created_at)
	select $1, gen_random_uuid(), 'C-' || n, 'A post', (select framework_id from frameworks where trust_id = $1), '{"post": {"type": "consultant"}}', 'decided', 'x', '2025-01-01'::timestamptz + n * interval '1 day', now()
	  from generate_series(1, 200) n;
	insert into panel_members (trust_id, campaign_id, member_id, rater, role)
	select $1, campaign_id, gen_random_uuid(), 'R' || n, 'member' from campaigns, generate_series(1, 4) n where trust_id = $1;
	create temporary table invented on commit drop as
	select campaign_id, gen_random_uuid() as candidate_id, 'K' || n as code, random() < .4 as focal, .4 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) as ability
	  from campaigns, generate_series(1, 6) n where trust_id = $1 order by campaigns.code, n;
	insert into candidates (trust_id, campaign_id, candidate_id, code, applied, shortlisted, interviewed, appointable)
	select $1, campaign_id, candidate_id, code, true, true, true, ability > 0 from invented;
	insert into monitoring.characteristics (trust_id, campaign_id, candidate_id, answers, recorded_at)
	select $1, campaign_id, candidate_id, case when focal then 'ethnicity=N' else 'ethnicity=A' end, now() from invented;
	insert into sheets (trust_id, campaign_id, sheet_id, member_id, candidate_id, exercise, required, state, submitted_at)
	select $1, campaign_id, gen_random_uuid(), member_id, candidate_id, exercise, true, 'submitted', now()
	  from invented join panel_members using (campaign_id), unnest(array['handover', 'interview', 'ward']) exercise;
	insert into scores (trust_id, campaign_id, sheet_id, member_id, criterion, score)
	select $1, campaign_id, sheet_id, member_id, criterion,
	       round(least(7, greatest(1, 4.3 + ability + .8 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) - case when focal and exercise = 'handover' then $3 else 0 end)))
	  from sheets join invented using (campaign_id, candidate_id), unnest(array['safety.a', 'kindness.a']) criterion`

// invent makes the campaigns in a trust that has none, and who audits them.
func (w *world) invent(slug string, seed, gap string) *client {
	w.t.Helper()
	trust := w.newTrust(slug)
	_, err := w.db.CreateFramework(w.t.Context(), store.Operator(trust.ID), store.Key{}, sampleFramework())
	w.must(err)
	db, err := sql.Open("postgres", w.super)
	w.must(err)
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(w.t.Context(), nil)
	w.must(err)
	_, err = tx.ExecContext(w.t.Context(), strings.NewReplacer("$1", "'"+trust.ID.String()+"'::uuid", "$2", seed, "$3", gap).Replace(smallCampaigns))
	w.must(err)
	w.must(tx.Commit())
	_, err = db.ExecContext(w.t.Context(), `analyze`) // as the database does by itself in time
	w.must(err)
	return w.personOf(trust, "an-auditor", access.Auditor)
}

// A gap planted in one exercise is found there over HTTP, and none where none is
// planted.
func TestAPlantedGapIsFoundOverHTTP(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ slug, seed, gap, want string }{
		{"planted", "0.27", "0.4", "handover"}, {"fair", "0.27", "0", ""}, {"planted-too", "0.77", "0.4", "handover"}, {"fair-too", "0.37", "0", ""},
	} {
		auditor := w.invent(c.slug, c.seed, c.gap)
		var audit selection.FairnessAudit
		auditor.do(post, "/fairness", object{"from": "2025-01-01", "to": "2025-12-31", "reason": "the yearly audit"}).want(201).into(&audit)
		equal(t, audit.Campaigns, 200)
		found := ""
		for _, s := range audit.Gaps[0].Scores {
			if s.Dimension == nil && s.Verdict == fairness.GapFound {
				found += *s.Exercise
			}
		}
		if found != c.want {
			t.Errorf("%s: found at %q, planted at %q", c.slug, found, c.want)
		}
	}
}
