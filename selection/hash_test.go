package selection_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"appointable/frameworks"
	"appointable/selection"
)

// full is a round in which no field of anything is empty.
func full() selection.Round {
	r := round()
	f := &r.Framework
	f.Description, f.Source = "What we look for.", "Staff and patients"
	f.Scale.Labels = frameworks.Anchors{{Score: 1, Text: "concern"}}
	for i := range f.Dimensions {
		d := &f.Dimensions[i]
		d.Description, d.Constitution, d.Weight = "More of it.", []string{"compassion"}, frameworks.Weight{Low: 10, High: 30}
		for j := range d.Criteria {
			d.Criteria[j].Anchors = frameworks.Anchors{{Score: 1, Text: "never"}, {Score: 7, Text: "always"}}
			d.Criteria[j].Positive, d.Criteria[j].Negative = []string{"asks"}, []string{"waits"}
		}
	}
	composite, veto := 4.0, 1.0
	r.Campaign.Gates = selection.Gates{Composite: &composite, Minimum: map[string]float64{"safety": 3.5}, Veto: &veto, VetoMeans: selection.VetoDiscuss}
	r.Campaign.Psychometrics = []selection.Psychometric{sjt()}
	r.Campaign.Rank.Ties = []string{"kindness", "safety"}
	for j := range r.Campaign.Panel {
		r.Campaign.Panel[j].Exercises = []string{"interview"}
	}
	yes := selection.Yes
	r.Candidates = []selection.Candidate{{Code: "C1", Applied: yes, Shortlisted: yes, Interviewed: yes, Appointable: yes, Offered: yes, Accepted: yes}}
	was := 3.0
	r.Ratings = []selection.Rating{{
		Candidate: "C1", Rater: "R1", Exercise: "interview", Criterion: "safety.a", Observed: true, Score: 4, Evidence: "Asked the nurse.",
		Revisions: []selection.Revision{{Score: &was, Evidence: "Asked nobody.", Reason: "misheard"}},
	}}
	r.Psychometrics = []selection.PsychometricResult{{Candidate: "C1", Instrument: "SJT", Scale: "total", Score: 55, TakenOn: "2026-03-14"}}
	r.Prior = json.RawMessage(`{"residual":0.6}`)
	return r
}

// leaf is one figure, text or switch somewhere in a value, and how to change it.
type leaf struct {
	path   string
	change func()
}

// leaves finds every one, whatever fields the types have or get.
func leaves(path string, v reflect.Value) []leaf {
	switch v.Kind() {
	case reflect.Struct:
		var all []leaf
		for i := range v.NumField() {
			all = append(all, leaves(path+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
		return all
	case reflect.Pointer:
		return leaves(path, v.Elem())
	case reflect.Slice:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			return []leaf{{path, func() { raw[len(raw)-2]++ }}} // a digit
		}
		var all []leaf
		for i := range v.Len() {
			all = append(all, leaves(fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
		return all
	case reflect.Map:
		var all []leaf
		for _, key := range v.MapKeys() {
			all = append(all, leaf{path + "." + key.String(), func() { v.SetMapIndex(key, reflect.ValueOf(v.MapIndex(key).Float()+0.5)) }},
				leaf{path + "." + key.String() + " (key)", func() {
					v.SetMapIndex(reflect.ValueOf(key.String()+"x"), v.MapIndex(key))
					v.SetMapIndex(key, reflect.Value{})
				}})
		}
		return all
	case reflect.String:
		return []leaf{{path, func() { v.SetString(v.String() + "x") }}}
	case reflect.Float64:
		return []leaf{{path, func() { v.SetFloat(v.Float() + 0.5) }}}
	case reflect.Int:
		return []leaf{{path, func() { v.SetInt(v.Int() + 1) }}}
	case reflect.Bool:
		return []leaf{{path, func() { v.SetBool(!v.Bool()) }}}
	}
	panic("a kind of field that this test does not know: " + path)
}

func TestHashSeesEveryInput(t *testing.T) {
	plain := full()
	want := plain.Hash()
	if !fullOf(t, plain) {
		return
	}
	n := len(leaves("round", reflect.ValueOf(&plain).Elem()))
	for i := range n {
		r := full()
		l := leaves("round", reflect.ValueOf(&r).Elem())[i]
		l.change()
		followed := slices.ContainsFunc([]string{".Appointable", ".Offered", ".Accepted"}, func(name string) bool {
			return strings.HasPrefix(l.path, "round.Candidates") && strings.HasSuffix(l.path, name)
		}) || strings.HasPrefix(l.path, "round.Ratings") && (strings.HasSuffix(l.path, ".Evidence") || strings.HasSuffix(l.path, ".Reason"))
		if changed := r.Hash() != want; changed == followed {
			t.Errorf("%s: the hash changes: %v", l.path, changed)
		}
	}
	t.Logf("%d inputs", n)
}

// fullOf reports whether a sample leaves nothing out: an empty list would hide
// what its elements' fields do to the hash.
func fullOf(t *testing.T, r selection.Round) bool {
	t.Helper()
	var empty []string
	var look func(path string, v reflect.Value)
	look = func(path string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				look(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice, reflect.Map:
			if v.Len() == 0 {
				empty = append(empty, path)
			} else if v.Kind() == reflect.Slice {
				for i := range v.Len() {
					look(path, v.Index(i))
				}
			}
		case reflect.Pointer:
			if v.IsNil() {
				empty = append(empty, path)
			}
		}
	}
	look("round", reflect.ValueOf(r))
	if len(empty) > 0 {
		t.Errorf("the sample leaves out %q", slices.Compact(empty))
	}
	return len(empty) == 0
}

// A plan's hash sees everything but the panel, which may change on the day.
func TestLockSeesThePlanAndNotThePanel(t *testing.T) {
	plain := full()
	want := plain.Campaign.Locked(plain.Framework)
	for i := range leaves("campaign", reflect.ValueOf(&plain.Campaign).Elem()) {
		r := full()
		l := leaves("campaign", reflect.ValueOf(&r.Campaign).Elem())[i]
		l.change()
		got := r.Campaign.Locked(r.Framework)
		if onPanel := strings.HasPrefix(l.path, "campaign.Panel"); (got.Plan == want.Plan) != onPanel {
			t.Errorf("%s: the plan's hash stays: %v", l.path, got.Plan == want.Plan)
		}
		if got.Framework != want.Framework {
			t.Errorf("%s changes the framework's hash", l.path)
		}
	}
	r := full()
	r.Campaign.Exercises[0].Criteria = slices.Clone(r.Campaign.Exercises[0].Criteria)
	slices.Reverse(r.Campaign.Rank.Ties)
	if r.Campaign.Locked(r.Framework).Plan == want.Plan {
		t.Error("the order of the tie chain does not count")
	}
	r = full()
	r.Framework.Dimensions[0].Weight = frameworks.Fixed(11)
	got := r.Campaign.Locked(r.Framework)
	if got.Framework == want.Framework || got.Framework != r.Framework.Hash() || got.Plan != want.Plan {
		t.Errorf("another weight: %+v, was %+v", got, want)
	}
}

// The same plan, its defaults written out or left out.
func TestDefaultsAreTheSamePlan(t *testing.T) {
	veto := 1.0
	short := selection.Campaign{
		Code: "CARD-1", Title: "Consultant", Post: selection.Post{Type: selection.Consultant}, Exercises: campaign().Exercises,
		Psychometrics: []selection.Psychometric{sjt()}, Gates: selection.Gates{Veto: &veto}, Panel: campaign().Panel,
	}
	short.Psychometrics[0].Validity = 0
	long := short
	long.Post.Posts, long.Committee = 1, selection.Committee{Model: selection.LocalPolicy, Nation: "england"}
	long.Gates.VetoMeans, long.Gates.Minimum = selection.VetoDiscuss, map[string]float64{}
	long.Rank = selection.RankRule{Rule: selection.PanelMean, Ties: []string{}}
	long.Psychometrics = []selection.Psychometric{sjt()} // validity 0.30
	if short.Locked(framework()) != long.Locked(framework()) {
		t.Error("two ways to write the same plan have two hashes")
	}
	if short.Psychometrics[0].Validity != 0 {
		t.Error("filling in the defaults changed the campaign that was asked")
	}
	a, b := round("C1"), round("C1")
	a.Campaign, b.Campaign = short, long
	if a.Hash() != b.Hash() {
		t.Error("two ways to write the same round have two hashes")
	}
	none, empty := selection.Campaign{}, selection.Campaign{Gates: selection.Gates{Minimum: map[string]float64{}}}
	if none.Locked(framework()) != empty.Locked(framework()) {
		t.Error("no minimum and an empty list of minimums are two plans")
	}
}

// A plan that went through the database, as JSON, is the plan that it was.
func TestHashOutlivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		if rapid.Bool().Draw(t, "minimum: {}") {
			r.Campaign.Gates = selection.Gates{Minimum: map[string]float64{}}
		}
		data, err := json.Marshal(r.Campaign)
		if err != nil {
			t.Fatal(err)
		}
		again := r
		again.Campaign = selection.Campaign{}
		if err := json.Unmarshal(data, &again.Campaign); err != nil {
			t.Fatal(err)
		}
		if r.Hash() != again.Hash() || r.Campaign.Locked(r.Framework) != again.Campaign.Locked(again.Framework) {
			t.Fatalf("another hash after %s", data)
		}
	})
}

func TestHashDoesNotSeeOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRound(t)
		other := shuffled(t, r)
		before := other
		before.Candidates, before.Ratings, before.Psychometrics = slices.Clone(other.Candidates), slices.Clone(other.Ratings), slices.Clone(other.Psychometrics)
		before.Campaign.Panel = slices.Clone(other.Campaign.Panel)
		if r.Hash() != other.Hash() {
			t.Fatal("another order, another hash")
		}
		if !reflect.DeepEqual(before, other) {
			t.Fatal("hashing put the caller's lists into another order")
		}
	})
}

func TestHashDoesNotSeeBlanksInThePrior(t *testing.T) {
	r, spaced := full(), full()
	spaced.Prior = json.RawMessage("{\n  \"residual\": 0.6\n}\n")
	if r.Hash() != spaced.Hash() {
		t.Error("blanks count")
	}
	r.Prior = nil
	if r.Hash() == spaced.Hash() {
		t.Error("the prior does not count")
	}
}

// Two marks may not be told apart by where one text ends and the next begins.
func TestHashKeepsTextsApart(t *testing.T) {
	hashes := map[string]string{}
	for _, codes := range [][2]string{{"C1", "R11"}, {"C11", "R1"}, {"C1\",\"R1", "1"}, {"C1", "\",\"R11"}} {
		r := full()
		r.Ratings[0].Candidate, r.Ratings[0].Rater = codes[0], codes[1]
		hashes[r.Hash()] += fmt.Sprint(codes)
	}
	if len(hashes) != 4 {
		t.Errorf("the same hash for %v", slices.Collect(maps.Values(hashes)))
	}
}
