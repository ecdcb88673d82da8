package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"appointable/frameworks"
	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// Round reads a campaign whose moderation is closed as one snapshot: what
// `export` writes and what is ranked. version is the campaign's, for a later
// check that nothing changed. It returns Conflict before moderation is closed.
func (db *DB) Round(ctx context.Context, who Actor, campaign string) (selection.Round, int, error) {
	var r selection.Round
	var version int
	err := db.read(ctx, who, campaign, func(t *tx) error {
		if err := t.mayRank(); err != nil {
			return err
		}
		c, err := t.campaign("")
		if err != nil {
			return err
		}
		version = c.Version
		r, err = t.round(c)
		return err
	})
	return r, version, err
}

func (t *tx) round(c Campaign) (selection.Round, error) {
	r := selection.Round{Framework: c.Framework.Document, Campaign: c.Document}
	var err error
	if r.Candidates, err = t.candidates(); err != nil {
		return r, err
	}
	sheets, err := t.submittedSheets()
	if err != nil {
		return r, err
	}
	if r.Ratings, err = t.ratings(sheets); err != nil {
		return r, err
	}
	if err := t.addRevisions(sheets, r.Ratings); err != nil {
		return r, err
	}
	if r.Psychometrics, err = t.results(); err != nil {
		return r, err
	}
	var prior []byte
	err = t.get(&prior, `select prior from campaigns where trust_id = $1 and campaign_id = $2`, t.who.Trust, t.at.Campaign)
	r.Prior = prior
	return r, err
}

// Export reads a round to take it out of the service, and records that it
// left.
func (db *DB) Export(ctx context.Context, who Actor, campaign string) (selection.Round, error) {
	var r selection.Round
	err := db.write(ctx, who, campaign, func(t *tx) error {
		if err := t.may(access.ExportCampaign); err != nil {
			return err
		}
		if err := t.mayRank(); err != nil {
			return err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return err
		}
		if r, err = t.round(c); err != nil {
			return err
		}
		if err := t.saveProgress(c); err != nil {
			return err
		}
		return t.noteCampaign(c, audit.CampaignExported{Inputs: r.Hash()})
	})
	return r, err
}

// Import stores a round as a campaign. With marks it is one that was scored
// elsewhere: its marks are final and it is ready to be ranked. Without marks it
// is a draft. The framework is stored and published where the trust does not
// have this version yet; where it has, it must be the same to the hash. Nobody
// is given a seat: the raters are codes. All of it is stored or nothing.
//
// It returns Invalid with every mistake of the round, and Conflict where the
// campaign's code is taken, the trust's framework of this version is another,
// or it is not published.
func (db *DB) Import(ctx context.Context, who Actor, key Key, r selection.Round) (Campaign, error) {
	c, err := once(ctx, db, who, "", key, func(t *tx) (Campaign, error) {
		if err := t.may(access.ImportCampaign); err != nil {
			return Campaign{}, err
		}
		if err := r.Validate(); err != nil {
			return Campaign{}, err
		}
		if err := t.declare(importing); err != nil {
			return Campaign{}, err
		}
		f, err := t.importFramework(r.Framework)
		if err != nil {
			return Campaign{}, err
		}
		r = r.Canonical()
		c := Campaign{Framework: f, Document: r.Campaign, Progress: selection.Progress{Phase: selection.Draft}}
		scored := r.Assessed()
		if !scored && len(r.Ratings) > 0 {
			return Campaign{}, fault.New(fault.Invalid, "the round has marks of its sift alone; import it without marks, or once the assessment is marked too")
		}
		if err := t.insertCampaign(&c, r.Prior, scored); err != nil {
			return c, err
		}
		t.at.Campaign = uuid.NullUUID{UUID: c.ID, Valid: true}
		if err := t.insertCandidates(c.ID, r.Candidates); err != nil {
			return c, err
		}
		if scored {
			if err := t.importMarks(&c, r); err != nil {
				return c, err
			}
		}
		if err := t.putResults(c.Document, r.Psychometrics); err != nil {
			return c, err
		}
		return c, t.noteCampaign(c, audit.CampaignImported{Code: c.Document.Code, Inputs: r.Hash(), Marks: len(r.Ratings)})
	})
	if err == nil {
		db.refreshStatistics(ctx)
	}
	return c, err
}

// importFramework finds the version, or stores and publishes it.
func (t *tx) importFramework(document frameworks.Framework) (Framework, error) {
	f, err := t.framework(document.Code, document.Version, "for update")
	if err == nil {
		if f.Document.Hash() != document.Hash() {
			return f, fault.New(fault.Conflict, "this trust has another framework under the name %s version %d; rename the imported one or give it a new version", document.Code, document.Version)
		}
		return f, f.Status.StartCampaign()
	}
	if !fault.Is(err, fault.NotFound) {
		return f, err
	}
	if f, err = t.insertFramework(document); err != nil {
		return f, err
	}
	// What a round was scored by is as final as its marks, whatever this trust
	// would ask of a framework that it publishes itself.
	f.Revision++
	f.Status, f.Hash, f.PublishedAt = frameworks.Published, document.Hash(), &t.now
	if err := t.updateFramework(f); err != nil {
		return f, err
	}
	return f, t.noteFramework(f, audit.FrameworkPublished{Code: document.Code, Version: document.Version, Hash: f.Hash})
}

// importMarks walks the campaign through its phases, since a campaign moves
// one at a time, and loads the marks as submitted sheets.
func (t *tx) importMarks(c *Campaign, r selection.Round) error {
	final := selection.Imported(t.now, r)
	c.Progress = final
	phases := ahead(r.Campaign)
	if err := t.walk(c, phases[0]); err != nil {
		return err
	}
	if err := t.loadSheets(c.ID, r); err != nil {
		return err
	}
	if err := t.exec(`select reveal_imported($1, $2, $3)`, t.who.Trust, c.ID, t.now); err != nil {
		return err
	}
	return t.walk(c, phases[1:]...)
}

// ahead are the phases of a campaign after its draft, up to the ranking.
func ahead(c selection.Campaign) []selection.Phase {
	phases := []selection.Phase{selection.Scoring, selection.Moderation, selection.Deciding}
	if c.Sifts() {
		phases = append([]selection.Phase{selection.Sift, selection.Shortlisting}, phases...)
	}
	return phases
}

func (t *tx) walk(c *Campaign, phases ...selection.Phase) error {
	for _, phase := range phases {
		c.Progress.Phase = phase
		if err := t.saveProgress(*c); err != nil {
			return err
		}
	}
	return nil
}

// importBatch bounds the memory that one statement's parameters take.
const importBatch = 20_000

// loadSheets stores marks that were submitted elsewhere. COPY is not possible
// under row-level security, so columns go in by unnest.
func (t *tx) loadSheets(campaign uuid.UUID, r selection.Round) error {
	members, candidates, err := t.codes()
	if err != nil {
		return err
	}
	stages := map[string]string{}
	for _, e := range r.Campaign.Exercises {
		stages[e.Code] = string(e.In())
	}
	bySheet := slices.Clone(r.Ratings)
	slices.SortStableFunc(bySheet, func(a, b selection.Rating) int {
		return cmp.Or(cmp.Compare(a.Candidate, b.Candidate), cmp.Compare(a.Exercise, b.Exercise), cmp.Compare(a.Rater, b.Rater))
	})
	if err := wholeSheets(bySheet); err != nil {
		return err
	}
	for len(bySheet) > 0 {
		batch := importColumns{members: members, candidates: candidates, stages: stages}
		n := 0
		for n < len(bySheet) && (n < importBatch || sameSheet(bySheet[n-1], bySheet[n])) {
			if err := batch.add(bySheet[n], n == 0 || !sameSheet(bySheet[n-1], bySheet[n])); err != nil {
				return err
			}
			n++
		}
		if err := t.insertBatch(campaign, batch); err != nil {
			return err
		}
		bySheet = bySheet[n:]
	}
	return nil
}

// wholeSheets refuses a sheet of which only some marks are withdrawn: here a
// sheet is set aside whole, and one state would be lost.
func wholeSheets(bySheet []selection.Rating) error {
	var l fault.List
	for i := 1; i < len(bySheet); i++ {
		if a, b := &bySheet[i-1], &bySheet[i]; sameSheet(*a, *b) && a.Withdrawn != b.Withdrawn {
			l.Add("ratings", "%s's marks of %s in %s are withdrawn in part; withdraw all of them or none", b.Rater, b.Candidate, b.Exercise)
		}
	}
	return l.Err("the round has mistakes")
}

func sameSheet(a, b selection.Rating) bool {
	return a.Candidate == b.Candidate && a.Exercise == b.Exercise && a.Rater == b.Rater
}

// codes maps rater and candidate codes of the campaign to ids.
func (t *tx) codes() (members, candidates map[string]string, err error) {
	type coded struct {
		Code string `db:"code"`
		ID   string `db:"id"`
	}
	index := func(query string) (map[string]string, error) {
		var rows []coded
		err := t.all(&rows, query, t.who.Trust, t.at.Campaign)
		ids := make(map[string]string, len(rows))
		for _, r := range rows {
			ids[r.Code] = r.ID
		}
		return ids, err
	}
	if members, err = index(`select rater as code, member_id as id from panel_members where trust_id = $1 and campaign_id = $2`); err != nil {
		return nil, nil, err
	}
	candidates, err = index(`select code, candidate_id as id from candidates where trust_id = $1 and campaign_id = $2`)
	return members, candidates, err
}

// importColumns are the columns of a batch of marks and of the sheets they are
// on.
type importColumns struct {
	members, candidates map[string]string
	stages              map[string]string // by exercise

	sheets, sheetMembers, sheetCandidates, sheetExercises, sheetStages, sheetStates []string

	markSheets, markMembers, criteria, evidence []string
	scores                                      []sql.NullFloat64
	unseen                                      []bool

	revSheets, revMembers, revCriteria, revEvidence, revReasons []string
	revNumbers                                                  []int64
	revScores                                                   []sql.NullFloat64
	revUnseen                                                   []bool
}

func (b *importColumns) add(m selection.Rating, newSheet bool) error {
	if newSheet {
		id, err := newID()
		if err != nil {
			return err
		}
		state := selection.SheetSubmitted
		if m.Withdrawn {
			state = selection.SheetWithdrawn
		}
		b.sheets = append(b.sheets, id.String())
		b.sheetMembers = append(b.sheetMembers, b.members[m.Rater])
		b.sheetCandidates = append(b.sheetCandidates, b.candidates[m.Candidate])
		b.sheetExercises = append(b.sheetExercises, m.Exercise)
		b.sheetStages = append(b.sheetStages, b.stages[m.Exercise])
		b.sheetStates = append(b.sheetStates, string(state))
	}
	sheet, member := b.sheets[len(b.sheets)-1], b.members[m.Rater]
	b.markSheets, b.markMembers = append(b.markSheets, sheet), append(b.markMembers, member)
	b.criteria, b.evidence = append(b.criteria, m.Criterion), append(b.evidence, m.Evidence)
	b.scores = append(b.scores, sql.NullFloat64{Float64: m.Score, Valid: m.Observed})
	b.unseen = append(b.unseen, !m.Observed)
	for i, r := range m.Revisions {
		b.revSheets, b.revMembers, b.revCriteria = append(b.revSheets, sheet), append(b.revMembers, member), append(b.revCriteria, m.Criterion)
		b.revEvidence, b.revReasons = append(b.revEvidence, r.Evidence), append(b.revReasons, r.Reason)
		b.revNumbers, b.revUnseen = append(b.revNumbers, int64(i+1)), append(b.revUnseen, r.NotObserved)
		score := sql.NullFloat64{}
		if r.Score != nil {
			score = sql.NullFloat64{Float64: *r.Score, Valid: true}
		}
		b.revScores = append(b.revScores, score)
	}
	return nil
}

func (t *tx) insertBatch(campaign uuid.UUID, b importColumns) error {
	err := t.exec(`
		insert into sheets (trust_id, campaign_id, sheet_id, member_id, candidate_id, exercise, stage, required, state, submitted_at)
		select $1, $2, n.id, n.member, n.candidate, n.exercise, n.stage, true, n.state, $3
		  from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[]) as n (id, member, candidate, exercise, stage, state)`,
		t.who.Trust, campaign, t.now, pq.Array(b.sheets), pq.Array(b.sheetMembers), pq.Array(b.sheetCandidates),
		pq.Array(b.sheetExercises), pq.Array(b.sheetStages), pq.Array(b.sheetStates))
	if err != nil {
		return err
	}
	err = t.exec(`
		insert into scores (trust_id, campaign_id, sheet_id, member_id, criterion, score, not_observed, evidence)
		select $1, $2, n.* from unnest($3::uuid[], $4::uuid[], $5::text[], $6::float8[], $7::boolean[], $8::text[]) as n`,
		t.who.Trust, campaign, pq.Array(b.markSheets), pq.Array(b.markMembers), pq.Array(b.criteria), pq.Array(b.scores), pq.Array(b.unseen), pq.Array(b.evidence))
	if err != nil || len(b.revSheets) == 0 {
		return err
	}
	return t.exec(`
		insert into score_revisions (trust_id, campaign_id, sheet_id, member_id, criterion, revision, score, not_observed, evidence, reason, revised_at)
		select $1, $2, n.id, n.member, n.criterion, n.revision, n.score, n.not_observed, n.evidence, n.reason, $3
		  from unnest($4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::float8[], $9::boolean[], $10::text[], $11::text[])
		       as n (id, member, criterion, revision, score, not_observed, evidence, reason)`,
		t.who.Trust, campaign, t.now, pq.Array(b.revSheets), pq.Array(b.revMembers), pq.Array(b.revCriteria), pq.Array(b.revNumbers),
		pq.Array(b.revScores), pq.Array(b.revUnseen), pq.Array(b.revEvidence), pq.Array(b.revReasons))
}
