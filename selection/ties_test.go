package selection_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"appointable/frameworks"
	"appointable/selection"
)

// list prints places as a person would read them: rank, candidate, with whom
// tied, and what broke it.
func list(r selection.Ranking) []string {
	lines := []string{}
	for _, p := range r.Candidates {
		rank := "-"
		if p.Rank != nil {
			rank = fmt.Sprint(*p.Rank)
		}
		line := rank + " " + p.Candidate
		if len(p.TiedWith) > 0 {
			line += " = " + strings.Join(p.TiedWith, ", ")
		}
		if p.TieBrokenBy != nil {
			line += " by " + *p.TieBrokenBy
		}
		lines = append(lines, line)
	}
	return lines
}

// Weights are 0.4, 0.4 and 0.2: (5, 4, 4), (4, 5, 4) and (4, 4, 6) all make 4.4.
func TestTies(t *testing.T) {
	for _, c := range []struct {
		name    string
		marks   map[string][]float64
		chain   []string
		want    []string
		reasons map[string]string
	}{
		{
			name:  "competition ranking without a chain",
			marks: map[string][]float64{"C1": {4, 4, 4}, "C2": {5, 5, 5}, "C3": {6, 6, 6}, "C4": {5, 5, 5}},
			want:  []string{"1 C3", "2 C2 = C4", "2 C4 = C2", "4 C1"},
			reasons: map[string]string{
				"C2": "Equal composite with C4; no tie chain is declared, so the rank is shared.",
			},
		},
		{
			name:  "a chain that does not help",
			marks: map[string][]float64{"C1": {5, 5, 5}, "C2": {5, 5, 5}},
			chain: []string{"safety", "kindness", "leading"},
			want:  []string{"1 C1 = C2", "1 C2 = C1"},
			reasons: map[string]string{
				"C1": "Equal composite with C2; the declared tie chain does not separate them, so the rank is shared.",
			},
		},
		{
			name:  "decided by the first of the chain, whatever the codes",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C2 = C1 by safety", "2 C1 = C2 by safety"},
			reasons: map[string]string{
				"C1": "Equal composite with C2; the declared tie chain decides by Safety.",
				"C2": "Equal composite with C1; the declared tie chain decides by Safety.",
			},
		},
		{
			name:  "decided by the second",
			marks: map[string][]float64{"C1": {4, 4, 6}, "C2": {4, 5, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C2 = C1 by kindness", "2 C1 = C2 by kindness"},
		},
		{
			name:  "the chain's order decides, not the framework's",
			marks: map[string][]float64{"C1": {5, 4, 4}, "C2": {4, 5, 4}},
			chain: []string{"kindness", "safety"},
			want:  []string{"1 C2 = C1 by kindness", "2 C1 = C2 by kindness"},
		},
		{
			name:  "three, all separated, at different steps",
			marks: map[string][]float64{"C1": {4, 4, 6}, "C2": {4, 5, 4}, "C3": {5, 4, 4}},
			chain: []string{"safety", "kindness", "leading"},
			want:  []string{"1 C3 = C1, C2 by safety", "2 C2 = C1, C3 by kindness", "3 C1 = C2, C3 by kindness"},
			reasons: map[string]string{
				"C1": "Equal composite with C2, C3; the declared tie chain decides by Kindness at the latest.",
			},
		},
		{
			name:  "three, the first two late, the last early",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 3, 6}, "C3": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want:  []string{"1 C3 = C1, C2 by kindness", "2 C2 = C1, C3 by kindness", "3 C1 = C2, C3 by safety"},
		},
		{
			name:  "three, the first separated, two sharing",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}, "C3": {4, 5, 4}, "C4": {4, 4, 4}},
			chain: []string{"safety"},
			want:  []string{"1 C2 = C1, C3 by safety", "2 C1 = C2, C3 by safety", "2 C3 = C1, C2 by safety", "4 C4"},
			reasons: map[string]string{
				"C2": "Equal composite with C1, C3; the declared tie chain decides by Safety at the latest.",
				"C1": "Equal composite with C2, C3; the declared tie chain decides by Safety at the latest, but not against C3: the rank is shared.",
			},
		},
		{
			name:  "five in three groups",
			marks: map[string][]float64{"C1": {4, 5, 4}, "C2": {5, 4, 4}, "C3": {4, 5, 4}, "C4": {4, 4, 6}, "C5": {5, 4, 4}},
			chain: []string{"safety", "kindness"},
			want: []string{
				"1 C2 = C1, C3, C4, C5 by safety", "1 C5 = C1, C2, C3, C4 by safety",
				"3 C1 = C2, C3, C4, C5 by kindness", "3 C3 = C1, C2, C4, C5 by kindness", "5 C4 = C1, C2, C3, C5 by kindness",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("C5", "C4", "C3", "C2", "C1")
			r.Candidates = slices.DeleteFunc(r.Candidates, func(x selection.Candidate) bool { return c.marks[x.Code] == nil })
			r.Campaign.Rank.Ties = c.chain
			for candidate, figures := range c.marks {
				mark(&r, candidate, "R1", figures...)
			}
			ranked := rank(t, r)
			if diff := cmp.Diff(c.want, list(ranked)); diff != "" {
				t.Error(diff)
			}
			for candidate, reason := range c.reasons {
				if diff := cmp.Diff(reason, place(t, ranked, candidate).Reasons[0]); diff != "" {
					t.Errorf("%s: %s", candidate, diff)
				}
			}
		})
	}
}

// Composites are compared as they are read: to two decimals, half-way up.
func TestTiesAreSeenAtTwoDecimals(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b float64
		want []string
	}{
		{"apart at the second decimal", 4.99, 4.98, []string{"1 A", "2 B"}},
		{"apart at the third only", 4.984, 4.976, []string{"1 A = B", "1 B = A"}},
		{"half-way goes up", 4.985, 4.99, []string{"1 A = B", "1 B = A"}},
		{"half-way goes up where its nearest double is below", 5.015, 5.02, []string{"1 A = B", "1 B = A"}},
		{"just below half-way goes down", 4.984999995, 4.99, []string{"1 B", "2 A"}},
		{"just below half-way ties with what it is read as", 4.984999995, 4.98, []string{"1 A = B", "1 B = A"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := round("A", "B")
			finely(&r)
			mark(&r, "A", "R1", c.a, c.a, c.a)
			mark(&r, "B", "R1", c.b, c.b, c.b)
			if diff := cmp.Diff(c.want, list(rank(t, r))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// (5 + 5 + 5.045)/3 is 5.015 on paper, half-way, and 5.014999… in floating point.
func TestHalfWayOnPaperIsHalfWay(t *testing.T) {
	r := round("A", "B")
	finely(&r)
	for k := range r.Framework.Dimensions {
		r.Framework.Dimensions[k].Weight = frameworks.Fixed(1)
	}
	mark(&r, "A", "R1", 5, 5, 5.045)
	mark(&r, "B", "R1", 5.02, 5.02, 5.02)
	ranked := rank(t, r)
	if composite := *place(t, ranked, "A").PanelMean; composite*100+0.5 >= 502 {
		t.Fatalf("%v is no longer below half-way in floating point; choose other marks", composite)
	}
	if diff := cmp.Diff([]string{"1 A = B", "1 B = A"}, list(ranked)); diff != "" {
		t.Error(diff)
	}
}

// Where hundreds share a composite, the list of them is bounded and the
// sentence says how many there are.
func TestManyTied(t *testing.T) {
	var codes []string
	for i := range 251 {
		codes = append(codes, fmt.Sprintf("C%03d", i))
	}
	r := round(codes...)
	for _, code := range codes {
		mark(&r, code, "R1", 4, 4, 4)
	}
	ranked := rank(t, r)
	p := place(t, ranked, "C250")
	if len(ranked.Candidates) != 251 || *p.Rank != 1 || len(p.TiedWith) != 20 || p.Trace != nil {
		t.Errorf("%d candidates; C250 has rank %d, %d tied, %d steps of trace", len(ranked.Candidates), *p.Rank, len(p.TiedWith), len(p.Trace))
	}
	want := "Equal composite with C000, C001, C002, C003, C004, C005, C006, C007, C008, C009 and 240 more; no tie chain is declared, so the rank is shared."
	if diff := cmp.Diff([]string{want}, p.Reasons); diff != "" {
		t.Error(diff)
	}
}

func TestShown(t *testing.T) {
	for figure, want := range map[float64]string{4: "4.00", 4.125: "4.13", 5.015: "5.02", 4.984999995: "4.98", 4.996: "5.00", -0.5: "-0.50"} {
		if got := selection.Shown(figure); got != want {
			t.Errorf("%v is shown as %s, want %s", figure, got, want)
		}
	}
}
