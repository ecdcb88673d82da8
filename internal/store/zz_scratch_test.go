package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"appointable/selection"
)

func TestScratch(t *testing.T) {
	w := newWorld(t)
	su := w.raw("postgres")
	for _, s := range []string{"session_preload_libraries='auto_explain'", "auto_explain.log_nested_statements=on", "auto_explain.log_analyze=on", "auto_explain.log_timing=off", "auto_explain.log_min_duration='3ms'"} {
		var name string
		w.must(su.Get(&name, "select current_database()"))
		su.MustExec("alter database " + name + " set " + s)
	}
	w.db = w.database.Open(t)
	r := w.round()
	template := r.Ratings[2:4]
	r.Candidates, r.Ratings, r.Psychometrics = nil, nil, nil
	for i := range 500 {
		code := fmt.Sprintf("C%04d", i)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: code})
		for _, rater := range []string{"R1", "R2", "R3"} {
			for _, m := range template {
				m.Candidate, m.Rater, m.Evidence = code, rater, ""
				r.Ratings = append(r.Ratings, m)
			}
		}
	}
	now := time.Now()
	w.importRound(r)
	fmt.Println("import", time.Since(now))
	tx := w.raw("appointable_web").MustBegin()
	tx.MustExec(`select enter($1,$2,$3,'')`, w.trust.ID, w.officer.Person, code)
	var plan []string
	w.must(tx.Select(&plan, `explain (analyze, timing off) select k.code, p.rater, s.exercise, m.criterion, m.score, m.not_observed, m.evidence, s.state = 'withdrawn'
		  from scores m
		  join sheets s using (trust_id, campaign_id, sheet_id)
		  join panel_members p on p.trust_id = s.trust_id and p.campaign_id = s.campaign_id and p.member_id = s.member_id
		  join candidates k on k.trust_id = s.trust_id and k.campaign_id = s.campaign_id and k.candidate_id = s.candidate_id
		 where m.trust_id = $1 and m.campaign_id = $2 and s.state <> 'draft'`, w.trust.ID, w.campaignID()))
	for _, l := range plan { fmt.Println(l) }
	_ = os.Stdout
	_ = exec.Command
}
