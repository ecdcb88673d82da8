package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/lib/pq"

	"appointable/internal/access"
	"appointable/internal/audit"
	"appointable/internal/fault"
	"appointable/selection"
)

// AssignSheets says who is to mark whom, where not everybody marks everyone:
// in a draft for the stage that comes first, while shortlisting for the
// assessment. It returns Conflict in any other phase.
func (db *DB) AssignSheets(ctx context.Context, who Actor, campaign string, key Key, names []SheetName) (int, error) {
	return once(ctx, db, who, campaign, key, func(t *tx) (int, error) {
		if err := t.may(access.AssignSheets); err != nil {
			return 0, err
		}
		c, err := t.lockCampaign(0)
		if err != nil {
			return 0, err
		}
		stage := selection.StageAssessment
		if c.Progress.Phase != selection.Shortlisting {
			if err := requireDraft(c, "who marks whom"); err != nil {
				return 0, err
			}
			stage = c.Document.First()
		}
		if err := t.checkAssignment(c.Document, stage, names); err != nil {
			return 0, err
		}
		if err := t.insertSheets(ask(c.Document, names)); err != nil {
			return 0, err
		}
		if err := t.saveProgress(c); err != nil {
			return 0, err
		}
		return len(names), t.noteCampaign(c, audit.SheetsAssigned{Sheets: len(names)})
	})
}

func (t *tx) checkAssignment(c selection.Campaign, stage selection.Stage, names []SheetName) error {
	candidates, err := t.candidates()
	if err != nil {
		return err
	}
	down, err := t.stoodDown()
	if err != nil {
		return err
	}
	seen := selection.Seen(candidates)
	var l fault.List
	for i, n := range names {
		at := fmt.Sprintf("sheets[%d]", i)
		if !slices.ContainsFunc(seen, func(k selection.Candidate) bool { return k.Code == n.Candidate }) {
			l.Add(at+".candidate", "%q is not a candidate to be seen", n.Candidate)
		}
		if exercise, e := c.Exercise(n.Exercise); e < 0 {
			l.Add(at+".exercise", "the campaign has no exercise %q", n.Exercise)
		} else if exercise.In() != stage {
			l.Add(at+".exercise", "%s is not of the %s; who marks what is assigned stage by stage, the assessment while shortlisting", n.Exercise, stage)
		}
		if m, ok := c.Member(n.Rater); !ok {
			l.Add(at+".rater", "%q is not on the panel", n.Rater)
		} else if !m.Marks(n.Exercise) {
			l.Add(at+".exercise", "%s does not mark %s", n.Rater, n.Exercise)
		} else if down[pair{n.Rater, n.Candidate}] {
			l.Add(at+".rater", "%s stands down for %s, for a declared interest", n.Rater, n.Candidate)
		}
	}
	return l.Err("nothing was assigned")
}

// makeSheets makes the sheets of a stage that begins and returns how many
// there are. Sheets assigned for candidates who will not be seen after all are
// not required.
func (t *tx) makeSheets(c selection.Campaign, stage selection.Stage, candidates []selection.Candidate) (int, error) {
	seen := selection.Seen(candidates)
	assigned, err := t.countSheets(stage)
	if err != nil {
		return 0, err
	}
	if assigned > 0 {
		return assigned, t.requireOnly(stage, seen)
	}
	down, err := t.stoodDown()
	if err != nil {
		return 0, err
	}
	var all []SheetName
	for _, candidate := range seen {
		for _, exercise := range c.Of(stage).Exercises {
			for _, m := range c.Panel {
				if m.Marks(exercise.Code) && !down[pair{m.Rater, candidate.Code}] {
					all = append(all, SheetName{Rater: m.Rater, Candidate: candidate.Code, Exercise: exercise.Code})
				}
			}
		}
	}
	return len(all), t.insertSheets(ask(c, all))
}

// countSheets counts those of everybody, for the officer.
func (t *tx) countSheets(stage selection.Stage) (int, error) {
	if err := t.declare(progress); err != nil {
		return 0, err
	}
	var n int
	err := t.get(&n, `select count(*) from sheets where trust_id = $1 and campaign_id = $2 and stage = $3`, t.who.Trust, t.at.Campaign, string(stage))
	return n, err
}

func (t *tx) requireOnly(stage selection.Stage, seen []selection.Candidate) error {
	codes := make([]string, len(seen))
	for i, c := range seen {
		codes[i] = c.Code
	}
	return t.exec(`
		update sheets s set required = false from candidates k
		 where s.trust_id = $1 and s.campaign_id = $2 and s.stage = $4 and k.code <> all($3)
		   and k.trust_id = s.trust_id and k.campaign_id = s.campaign_id and k.candidate_id = s.candidate_id`,
		t.who.Trust, t.at.Campaign, pq.Array(codes), string(stage))
}

// wanted is a sheet to be made, and whether reveal waits for it.
type wanted struct {
	SheetName
	stage    selection.Stage
	required bool
}

// ask makes the named sheets required of all but optional members.
func ask(c selection.Campaign, names []SheetName) []wanted {
	sheets := make([]wanted, len(names))
	for i, name := range names {
		m, _ := c.Member(name.Rater)
		e, _ := c.Exercise(name.Exercise)
		sheets[i] = wanted{name, e.In(), !m.Optional}
	}
	return sheets
}

func (t *tx) insertSheets(sheets []wanted) error {
	members, candidates, err := t.codes()
	if err != nil {
		return err
	}
	n := len(sheets)
	ids, memberIDs, candidateIDs := make([]string, n), make([]string, n), make([]string, n)
	exercises, stages, required := make([]string, n), make([]string, n), make([]bool, n)
	for i, s := range sheets {
		id, err := newID()
		if err != nil {
			return err
		}
		ids[i], memberIDs[i], candidateIDs[i] = id.String(), members[s.Rater], candidates[s.Candidate]
		exercises[i], stages[i], required[i] = s.Exercise, string(s.stage), s.required
	}
	return t.exec(`
		insert into sheets (trust_id, campaign_id, sheet_id, member_id, candidate_id, exercise, stage, required)
		select $1, $2, n.* from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::boolean[]) as n`,
		t.who.Trust, t.at.Campaign, pq.Array(ids), pq.Array(memberIDs), pq.Array(candidateIDs), pq.Array(exercises), pq.Array(stages), pq.Array(required))
}
