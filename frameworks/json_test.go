package frameworks

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"appointable/internal/fault"
)

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFramework(t)
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var read Framework
		if err := json.Unmarshal(data, &read); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(f, read); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
		if read.Hash() != f.Hash() {
			t.Fatal("the hash has changed")
		}
	})
}

func TestJSONOfWeightsAndAnchors(t *testing.T) {
	for _, test := range []struct {
		value any
		want  string
	}{
		{Fixed(25), `25`},
		{Fixed(0.1), `0.1`},
		{Weight{Low: 20, High: 30.5}, `{"low":20,"high":30.5}`},
		{Anchors{{1, "a"}, {4.5, "“b” <c>"}, {10, "d"}}, `{"1":"a","4.5":"“b” \u003cc\u003e","10":"d"}`},
		{Anchors(nil), `{}`},
	} {
		got, err := json.Marshal(test.value)
		if err != nil || string(got) != test.want {
			t.Errorf("%v: %s (%v), want %s", test.value, got, err, test.want)
		}
	}
}

func TestJSONIsReadInAnyLayout(t *testing.T) {
	var weight Weight
	if err := json.Unmarshal([]byte(` { "high" : 30 , "low" : 2e1 } `), &weight); err != nil || weight != (Weight{20, 30}) {
		t.Errorf("%v, %v", weight, err)
	}
	var anchors Anchors
	if err := json.Unmarshal([]byte(" {\"10\" : \"c\", \"4.50\":\n\"b\", \"-1\": \"a\"}"), &anchors); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(Anchors{{-1, "a"}, {4.5, "b"}, {10, "c"}}, anchors); diff != "" {
		t.Error(diff)
	}
}

func TestJSONIsRefused(t *testing.T) {
	for _, text := range []string{`"25"`, `null`, `true`, `[20, 30]`, `{}`, `{"low": 20}`, `{"high": 20}`, `{"low": "20", "high": 30}`, `{"low": null, "high": 30}`, `{"low": 20, "high": 30, "mid": 25}`, `{"low": 20, "low": 25, "high": 30}`, `1e999`} {
		if err := json.Unmarshal([]byte(text), new(Weight)); !fault.Is(err, fault.Invalid) {
			t.Errorf("weight %s: error %v is not Invalid", text, err)
		}
	}
	for _, text := range []string{`null`, `[]`, `"a"`, `4`, `{"good": "a"}`, `{"": "a"}`, `{"NaN": "a"}`, `{"1e999": "a"}`, `{"4": 4}`, `{"4": null}`, `{"4": ["a"]}`, `{"4": "a", "4": "b"}`} {
		if err := json.Unmarshal([]byte(text), new(Anchors)); !fault.Is(err, fault.Invalid) {
			t.Errorf("anchors %s: error %v is not Invalid", text, err)
		}
	}
	// The same score in two spellings is for Validate, as in YAML.
	var anchors Anchors
	if err := json.Unmarshal([]byte(`{"4": "a", "4.0": "b"}`), &anchors); err != nil || len(anchors) != 2 {
		t.Errorf("%v, %v", anchors, err)
	}
}
