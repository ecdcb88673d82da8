package frameworks

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiff(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Framework)
		want   []Change
	}{
		"nothing":       {func(*Framework) {}, nil},
		"version alone": {func(f *Framework) { f.Version = 4 }, nil},
		"code":          {func(f *Framework) { f.Code = "values" }, []Change{{"framework", "The code now reads “values”, was “trust-values”"}}},
		"source":        {func(f *Framework) { f.Source = "" }, []Change{{"framework", "The source was removed; it read “Staff and patients, 2024”"}}},
		"scale":         {func(f *Framework) { f.Scale.Step = 0.5 }, []Change{{"scale", "The scale is now 1–7 in steps of 0.5, was 1–7 in steps of 1"}}},
		"any number":    {func(f *Framework) { f.Scale.Step = 0 }, []Change{{"scale", "The scale is now any number in 1–7, was 1–7 in steps of 1"}}},
		"labels": {func(f *Framework) { f.Scale.Labels = Anchors{{1, "poor"}, {4, "good"}} }, []Change{
			{"scale", "The label for 7 was removed; it read “exceptional”"},
			{"scale", "The label for 1 now reads “poor”, was “serious concern”"},
			{"scale", "The label for 4 was added: “good”"},
		}},
		"weight": {func(f *Framework) { f.Dimensions[0].Weight = Fixed(65) }, []Change{{"safety", "Safety: weight 25 → 65 (41.7 % → 65 % of the whole)"}}},
		"weight range": {func(f *Framework) { f.Dimensions[1].Weight = Fixed(25) }, []Change{
			{"kindness", "Kindness: weight 20–30 → 25 (41.7 % → 41.7 % of the whole)"},
		}},
		"kind and title": {func(f *Framework) { f.Dimensions[0].Kind, f.Dimensions[0].Title = Competency, "Safe care" }, []Change{
			{"safety", "Safe care: now a competency, was a value"},
			{"safety", "Safety: renamed “Safe care”"},
		}},
		"cross-references": {func(f *Framework) { f.Dimensions[0].Constitution = []string{"compassion", "quality-of-care"} }, []Change{
			{"safety", "Safety: NHS Constitution value removed: “Working together for patients”"},
			{"safety", "Safety: NHS Constitution value added: “Compassion”"},
		}},
		"cross-references in another order": {func(f *Framework) { slices.Reverse(f.Dimensions[0].Constitution) }, []Change{
			{"safety", "Safety: NHS Constitution values are in another order: Working together for patients, Commitment to quality of care"},
		}},
		"anchor": {func(f *Framework) { f.Dimensions[0].Criteria[0].Anchors[1].Text = "Stops" }, []Change{
			{"safety.speaks-up", "safety.speaks-up: the anchor for 4 now reads “Stops”, was “Says so”"},
		}},
		"anchor moved": {func(f *Framework) { f.Dimensions[0].Criteria[0].Anchors[1].Score = 5 }, []Change{
			{"safety.speaks-up", "safety.speaks-up: the anchor for 4 was removed; it read “Says so”"},
			{"safety.speaks-up", "safety.speaks-up: the anchor for 5 was added: “Says so”"},
		}},
		"statement": {func(f *Framework) { f.Dimensions[1].Criteria[0].Statement = "Guards dignity" }, []Change{
			{"kindness.dignity", "kindness.dignity: the statement now reads “Guards dignity”, was “Protects dignity”"},
		}},
		"indicators": {func(f *Framework) { f.Dimensions[0].Criteria[0].Positive = []string{"Names a limit", "Asks for help"} }, []Change{
			{"safety.speaks-up", "safety.speaks-up: positive indicator removed: “States the risk”"},
			{"safety.speaks-up", "safety.speaks-up: positive indicator added: “Asks for help”"},
		}},
		"indicators in another order": {func(f *Framework) { slices.Reverse(f.Dimensions[0].Criteria[0].Negative) }, []Change{
			{"safety.speaks-up", "safety.speaks-up: negative indicators are in another order: Blames others, Relies on luck"},
		}},
		"criterion added": {func(f *Framework) {
			f.Dimensions[1].Criteria = append(f.Dimensions[1].Criteria, Criterion{Code: "kindness.courtesy", Statement: "Is courteous"})
		}, []Change{{"kindness.courtesy", "Kindness: criterion kindness.courtesy added: “Is courteous”"}}},
		"criterion removed": {func(f *Framework) { f.Dimensions[0].Criteria = f.Dimensions[0].Criteria[:1] }, []Change{
			{"safety.owns-errors", "Safety: criterion safety.owns-errors removed; it read “Owns errors”"},
		}},
		"criterion moved and reworded": {func(f *Framework) {
			f.Dimensions[1].Criteria = append(f.Dimensions[1].Criteria, f.Dimensions[0].Criteria[1])
			f.Dimensions[1].Criteria[1].Statement = "Owns mistakes"
			f.Dimensions[0].Criteria = f.Dimensions[0].Criteria[:1]
		}, []Change{
			{"safety.owns-errors", "safety.owns-errors: moved from Safety to Kindness"},
			{"safety.owns-errors", "safety.owns-errors: the statement now reads “Owns mistakes”, was “Owns errors”"},
		}},
		"criteria in another order": {func(f *Framework) { slices.Reverse(f.Dimensions[0].Criteria) }, []Change{
			{"safety", "Safety: the criteria are in another order: safety.owns-errors, safety.speaks-up"},
		}},
		"dimension removed": {func(f *Framework) { f.Dimensions = f.Dimensions[:2] }, []Change{
			{"service", "Leading a service: competency removed; its weight was 10 (16.7 % of the whole)"},
			{"service.leads", "Leading a service: criterion service.leads removed; it read “Leads”"},
		}},
		"dimension's code": {func(f *Framework) { f.Dimensions[2].Code = "leading" }, []Change{
			{"service", "Leading a service: competency removed; its weight was 10 (16.7 % of the whole)"},
			{"leading", "Leading a service: competency added with weight 10 (16.7 % of the whole)"},
			{"service.leads", "service.leads: moved from Leading a service to Leading a service"},
		}},
		"dimensions in another order": {func(f *Framework) { slices.Reverse(f.Dimensions) }, []Change{
			{"framework", "The dimensions are in another order: service, kindness, safety"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			newer := sample()
			test.change(&newer)
			if diff := cmp.Diff(test.want, Diff(sample(), newer)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDiffIsEmptyIfAndOnlyIfTheHashIsEqual compares a framework with an altered
// copy of itself, and with an unrelated one.
func TestDiffIsEmptyIfAndOnlyIfTheHashIsEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawFramework(t)
		b := drawFramework(t)
		if rapid.Bool().Draw(t, "copy") {
			b = clone(a)
			for range rapid.IntRange(0, 2).Draw(t, "changes") {
				places := changeable(&b)
				places[rapid.IntRange(0, len(places)-1).Draw(t, "place")].change()
			}
		}
		b.Version = a.Version
		if b.Validate() != nil {
			t.Skip("the change made it invalid")
		}
		if changes := Diff(a, b); (len(changes) == 0) != (a.Hash() == b.Hash()) {
			t.Fatalf("%d changes, hashes equal: %t\n%s", len(changes), a.Hash() == b.Hash(), cmp.Diff(a, b))
		}
		if changes := Diff(a, a); len(changes) != 0 {
			t.Fatal(changes)
		}
	})
}

func TestEveryFieldCountsInTheHash(t *testing.T) {
	pristine := sample()
	hash := pristine.Hash()
	if again := clone(pristine); again.Hash() != hash {
		t.Fatal("a copy has another hash")
	}
	places := changeable(&pristine)
	if len(places) < 60 {
		t.Fatalf("only %d fields found", len(places))
	}
	for i := range places {
		f := sample()
		place := changeable(&f)[i]
		place.change()
		if f.Hash() == hash {
			t.Errorf("%s does not count", place.name)
		}
		if changes := Diff(sample(), f); len(changes) == 0 && place.name != ".Version" {
			t.Errorf("Diff overlooks %s", place.name)
		}
	}
}

func TestHash(t *testing.T) {
	// Computed apart from this code, with Python's json and hashlib, from the
	// encoding that Hash documents.
	const want = "0fe8ecf9ff1f7b6c2061ab8cb36485b692f4057ad75a7a673d8b0911a761dff1"
	if got := sample().Hash(); got != want {
		t.Errorf("the encoding has changed: every published version would lose its hash\ngot  %s\nwant %s", got, want)
	}
	f := sample()
	f.Scale.Min = math.Copysign(0, -1)
	g := sample()
	g.Scale.Min = 0
	if f.Hash() != g.Hash() {
		t.Error("-0 and 0 differ")
	}
	f = sample()
	f.Dimensions[1].Criteria[0].Positive = []string{}
	if f.Hash() != sample().Hash() {
		t.Error("an empty list and none differ")
	}
}

// place is a field, or a list, that can be changed.
type place struct {
	name   string
	change func()
}

// changeable finds every field of a framework by reflection, so that a field
// added later is found too.
func changeable(f *Framework) []place {
	var places []place
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				walk(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", name, i), v.Index(i))
			}
			if v.Len() > 0 {
				places = append(places, place{name + " without its last", func() { v.Set(v.Slice(0, v.Len()-1)) }})
			}
			if v.Len() > 1 && v.Type() != reflect.TypeFor[Anchors]() { // whose order is fixed
				places = append(places, place{name + " with its first two exchanged", func() { reflect.Swapper(v.Interface())(0, 1) }})
			}
		case reflect.String:
			places = append(places, place{name, func() { v.SetString(v.String() + "x") }})
		case reflect.Int:
			places = append(places, place{name, func() { v.SetInt(v.Int() + 1) }})
		case reflect.Float64:
			places = append(places, place{name, func() { v.SetFloat(v.Float() + 1) }})
		default:
			panic("a new kind of field: " + v.Kind().String())
		}
	}
	walk("", reflect.ValueOf(f).Elem())
	return places
}

func clone(f Framework) Framework {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	var copied Framework
	if err := json.Unmarshal(data, &copied); err != nil {
		panic(err)
	}
	return copied
}
