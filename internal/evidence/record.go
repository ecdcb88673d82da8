package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"appointable/frameworks"
	"appointable/internal/audit"
	"appointable/selection"
)

// complete looks for events that are missing: the versions of an object leave
// no gap, from its making to where the bundle says that it stands.
func (v *verification) complete() {
	v.check("no event is missing", "The events of the campaign and of each sheet are numbered without a gap, up to the export.", func(c *Check) {
		campaign := v.logged.Export.Leaf.Object
		if campaign.Kind != "campaign" {
			c.fail("export.json", "the export is not an event of a campaign")
		}
		versions := map[audit.Object][]int{} // by object without its version
		for i, e := range v.all() {
			object := e.Leaf.Object
			object.Version = 0
			if object.Kind != "sheet" && object != (audit.Object{Kind: "campaign", ID: campaign.ID}) {
				c.fail(v.where(i), "%s: the event belongs to something else than this campaign", e.Leaf)
			}
			versions[object] = append(versions[object], e.Leaf.Object.Version)
		}
		for object, found := range versions {
			slices.Sort(found)
			dense(c, object, found)
		}
		v.sheetVersions(c, versions)
		if last := versions[audit.Object{Kind: "campaign", ID: campaign.ID}]; len(last) > 0 && last[len(last)-1] != campaign.Version {
			c.fail("leaves.jsonl", "the campaign has events after the export, which cannot be")
		}
		slices.SortStableFunc(c.Failures, byPlace)
	})
}

func dense(c *Check, object audit.Object, found []int) {
	first := 1
	if object.Kind == "sheet" {
		first = 2
	}
	for i, version := range found {
		if version != first+i {
			c.fail("leaves.jsonl", "%s %s: of its events, version %d is missing or another is there twice", object.Kind, object.ID, first+i)
			return
		}
	}
}

// sheetVersions holds the events of each sheet against the version that
// sheets.json gives it.
func (v *verification) sheetVersions(c *Check, versions map[audit.Object][]int) {
	for i, s := range v.sheets(c) {
		object := audit.Object{Kind: "sheet", ID: s.ID}
		if events := len(versions[object]); events != s.Sheet.Version-1 {
			c.fail(fmt.Sprintf("sheets.json: [%d]", i), "the sheet is at version %d; its events, which begin at 2, are %d", s.Sheet.Version, events)
		}
		delete(versions, object)
	}
	for object := range versions {
		if object.Kind == "sheet" {
			c.fail("sheets.json", "the sheet %s has events and is not there", object.ID)
		}
	}
}

// sheets reads sheets.json; each sheet once.
func (v *verification) sheets(c *Check) []Sheet {
	var sheets []Sheet
	if err := strictJSON(v.files["sheets.json"], &sheets); err != nil {
		c.fail("sheets.json", "these are no sheets: %s", err)
		return nil
	}
	for i := 1; i < len(sheets); i++ {
		if bytes.Compare(sheets[i-1].ID[:], sheets[i].ID[:]) >= 0 {
			c.fail("sheets.json", "the sheets do not stand in the order of their ids")
		}
	}
	return sheets
}

// record is what the events say of the campaign: the last word on each thing.
type record struct {
	opened   *audit.ScoringOpened
	saved    *audit.CampaignSaved
	imported bool
	later    bool // sheets were assigned after scoring opened
	added    int  // sheets made since, for members who took over and for the assessment after a sift
	results  map[string]string
	decided  json.RawMessage
	sheets   map[uuid.UUID]marked
	closed   map[string]int // kinds whose payload is not there
}

// marked is what the events say of a sheet.
type marked struct {
	content   json.RawMessage // as of the last event that bears it
	closed    bool            // that event's payload is not there
	withdrawn int             // events that set it aside since
}

// documents holds the documents against what the events say.
func (v *verification) documents() {
	v.check("documents", "Framework, plan, sheets, rankings and decision are those that the events of the log name.", func(c *Check) {
		r := v.record(c)
		v.plan(c, r)
		v.marks(c, r)
		v.rankings(c, r)
		v.decision(c, r)
		for _, kind := range slices.Sorted(maps.Keys(r.closed)) {
			c.note("%d events of the kind %s are closed; documents could not be held against them.", r.closed[kind], kind)
		}
	})
}

// record replays the events, each object's in the order of its versions.
func (v *verification) record(c *Check) record {
	r := record{results: map[string]string{}, sheets: map[uuid.UUID]marked{}, closed: map[string]int{}}
	events := slices.Clone(v.sealed.events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.Leaf.Object.Version - b.Leaf.Object.Version })
	for _, e := range events {
		if err := r.take(e); err != nil {
			c.fail("leaves.jsonl", "%s: the payload is not what such an event has: %s", e.Leaf, err)
		}
	}
	return r
}

func (r *record) take(e Event) error {
	if e.Closed != "" {
		r.takeClosed(e)
		return nil
	}
	id := e.Leaf.Object.ID
	switch e.Leaf.Kind {
	case audit.ScoringOpened{}.EventKind():
		r.opened, r.later, r.added = &audit.ScoringOpened{}, false, 0
		return json.Unmarshal(e.Payload, r.opened)
	case audit.CampaignSaved{}.EventKind():
		r.saved = &audit.CampaignSaved{}
		return json.Unmarshal(e.Payload, r.saved)
	case audit.CampaignImported{}.EventKind():
		r.imported = true
	case audit.SheetsAssigned{}.EventKind():
		r.later = true
	case audit.MemberReplaced{}.EventKind():
		var replaced audit.MemberReplaced
		err := json.Unmarshal(e.Payload, &replaced)
		r.added += replaced.Sheets
		return err
	case audit.ShortlistLocked{}.EventKind():
		var locked audit.ShortlistLocked
		err := json.Unmarshal(e.Payload, &locked)
		r.added, r.later = r.added+locked.Sheets, false
		return err
	case audit.SheetSubmitted{}.EventKind(), audit.MarkRevised{}.EventKind():
		var content struct{ Sheet json.RawMessage }
		err := json.Unmarshal(e.Payload, &content)
		r.sheets[id] = marked{content: content.Sheet}
		return err
	case audit.SheetWithdrawn{}.EventKind():
		r.withdraw(id)
	case audit.RankingStored{}.EventKind():
		var stored audit.RankingStored
		err := json.Unmarshal(e.Payload, &stored)
		r.results[stored.Run] = stored.Result
		return err
	case audit.DecisionRecorded{}.EventKind():
		var decided struct{ Decision json.RawMessage }
		err := json.Unmarshal(e.Payload, &decided)
		r.decided = decided.Decision
		return err
	}
	return nil
}

// takeClosed takes what the kind alone tells.
func (r *record) takeClosed(e Event) {
	switch e.Leaf.Kind {
	case audit.SheetSubmitted{}.EventKind(), audit.MarkRevised{}.EventKind():
		r.sheets[e.Leaf.Object.ID] = marked{closed: true}
	case audit.SheetWithdrawn{}.EventKind():
		r.withdraw(e.Leaf.Object.ID)
	case audit.CampaignImported{}.EventKind():
		r.imported = true
	case audit.MemberReplaced{}.EventKind(), audit.ShortlistLocked{}.EventKind():
		r.later = true
	case audit.ScoringOpened{}.EventKind(), audit.RankingStored{}.EventKind(), audit.DecisionRecorded{}.EventKind():
		r.closed[e.Leaf.Kind]++
	}
}

func (r *record) withdraw(sheet uuid.UUID) {
	m := r.sheets[sheet]
	m.withdrawn++
	r.sheets[sheet] = m
}

func (v *verification) plan(c *Check, r record) {
	framework, err := frameworks.ReadYAML(v.files["framework.yaml"])
	if err != nil {
		c.failAll("framework.yaml", err)
		return
	}
	lock := v.sealed.campaign.Locked(framework)
	switch {
	case r.opened != nil:
		if r.opened.Framework != lock.Framework {
			c.fail("framework.yaml", "is not the framework that was locked when scoring opened")
		}
		if r.opened.Plan != lock.Plan {
			c.fail("campaign.json", "is not the plan that was locked when scoring opened")
		}
	case r.imported:
		c.note("The campaign was scored elsewhere and imported: its framework, plan and marks are bound by the export alone.")
	case r.closed[audit.ScoringOpened{}.EventKind()] > 0: // noted
	case r.saved != nil && r.saved.Plan != lock.Plan:
		c.fail("campaign.json", "is not the plan that was last saved")
	}
}

func (v *verification) marks(c *Check, r record) {
	var unused Check // complete has told what is wrong with the list
	sheets := v.sheets(&unused)
	if r.opened != nil && !r.later && len(sheets) != r.opened.Sheets+r.added {
		c.fail("sheets.json", "has %d sheets; scoring opened with %d, and %d were made since", len(sheets), r.opened.Sheets, r.added)
	}
	closed := 0
	for i, s := range sheets {
		m := r.sheets[s.ID]
		switch {
		case m.closed:
			closed++
		case m.content != nil:
			if want := m.sheet(); want == nil || !bytes.Equal(encoded(s.Sheet), want) {
				c.fail(fmt.Sprintf("sheets.json: [%d]", i), "the sheet %s is not as it was last submitted or revised", s.ID)
			}
		case s.Sheet.State != selection.SheetDraft && !r.imported:
			c.fail(fmt.Sprintf("sheets.json: [%d]", i), "the sheet %s is %s, and no event submitted it", s.ID, shown(string(s.Sheet.State)))
		}
	}
	if closed > 0 {
		c.note("%d sheets could not be held against the log: what was submitted is closed.", closed)
	}
}

// sheet is how sheets.json must write it; nil where the payload has none.
func (m marked) sheet() []byte {
	var s selection.Sheet
	if strictJSON(m.content, &s) != nil {
		return nil
	}
	if m.withdrawn > 0 {
		s.State, s.Version = selection.SheetWithdrawn, s.Version+m.withdrawn
	}
	return encoded(s)
}

func (v *verification) rankings(c *Check, r record) {
	for run, sum := range r.results {
		name := rankingFile(run)
		if content, ok := v.files[name]; !ok {
			c.fail(shown(name), "the log names this ranking, and it is not there")
		} else if hexSum(content) != sum {
			c.fail(name, "is not the ranking that was stored")
		}
	}
	named := map[string]bool{}
	for run := range r.results {
		named[rankingFile(run)] = true
	}
	for name := range v.sealed.documents {
		if strings.HasPrefix(name, "rankings/") && !named[name] && r.closed[audit.RankingStored{}.EventKind()] == 0 {
			c.fail(name, "the log names no such ranking")
		}
	}
	slices.SortStableFunc(c.Failures, byPlace)
}

func (v *verification) decision(c *Check, r record) {
	content, there := v.files["decision.json"]
	closed := r.closed[audit.DecisionRecorded{}.EventKind()] > 0
	switch {
	case there != (r.decided != nil) && !closed:
		c.fail("decision.json", "a decision is in the log and not in the bundle, or the other way round")
	case there && r.decided != nil:
		var compact bytes.Buffer
		if json.Compact(&compact, content) != nil || !bytes.Equal(compact.Bytes(), r.decided) {
			c.fail("decision.json", "is not the decision that was recorded")
		}
	}
}
