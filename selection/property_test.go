package selection_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"appointable/selection"
)

// properties hold for every round. FuzzRank looks for rounds for which one
// does not.
var properties = map[string]func(*rapid.T, selection.Round){
	"order changes no byte":                orderChangesNoByte,
	"names change names only":              namesChangeNamesOnly,
	"names in another order do so too":     otherOrderOfNames,
	"what does not count changes nothing":  whatDoesNotCount,
	"a wider scale widens every figure":    widerScale,
	"ranks are a competition ranking":      competitionRanking,
	"chances and points add up":            chancesAddUp,
	"a constant moves all alike":           constantMovesAll,
	"the trace is the way to the figures":  traceLeadsToFigures,
	"the trace has every mark that counts": traceHasEveryMark,
}

func TestEveryRanking(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { properties[name](t, drawRound(t)) })
		})
	}
}

func FuzzRank(f *testing.F) {
	// A round takes some thousand bytes of choices: from nothing the fuzzer
	// would hardly ever get to one.
	for seed := range byte(8) {
		choices := make([]byte, 1<<14)
		source := rand.NewChaCha8([32]byte{seed})
		_, _ = source.Read(choices) // never fails
		f.Add(choices)
	}
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		r := drawRound(t)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			properties[name](t, r)
		}
	}))
}

func orderChangesNoByte(t *rapid.T, r selection.Round) {
	want, got := string(mustRank(t, r).JSON()), string(mustRank(t, shuffled(t, r)).JSON())
	if want != got {
		t.Fatal(diff.Diff(want, got))
	}
}

func mustRank(t *rapid.T, r selection.Round) selection.Ranking {
	t.Helper()
	ranked, err := selection.Rank(t.Context(), r, selection.Settings{Seed: 1, Draws: propertyDraws})
	if err != nil {
		t.Fatal(err)
	}
	return ranked
}

// propertyDraws are few: what must hold must hold of few draws too.
const propertyDraws = 200

// renamed gives candidates and raters other codes.
func renamed(r selection.Round, name func(string) string) selection.Round {
	r.Candidates, r.Ratings, r.Psychometrics = slices.Clone(r.Candidates), slices.Clone(r.Ratings), slices.Clone(r.Psychometrics)
	r.Campaign.Panel = slices.Clone(r.Campaign.Panel)
	for i := range r.Candidates {
		r.Candidates[i].Code = name(r.Candidates[i].Code)
	}
	for i := range r.Ratings {
		r.Ratings[i].Candidate, r.Ratings[i].Rater = name(r.Ratings[i].Candidate), name(r.Ratings[i].Rater)
	}
	for i := range r.Psychometrics {
		r.Psychometrics[i].Candidate = name(r.Psychometrics[i].Candidate)
	}
	for i := range r.Campaign.Panel {
		r.Campaign.Panel[i].Rater = name(r.Campaign.Panel[i].Rater)
	}
	return r
}

// Codes in the same order: the same bytes but for the codes, and the hash.
func namesChangeNamesOnly(t *rapid.T, r selection.Round) {
	before, after := mustRank(t, r), mustRank(t, renamed(r, func(code string) string { return code + "x" }))
	if before.Inputs == after.Inputs {
		t.Fatal("the hash of other inputs is the same")
	}
	before.Inputs, after.Inputs = "", ""
	want := string(before.JSON())
	for i := range 12 {
		for _, letter := range []string{"C", "R"} {
			code := fmt.Sprintf("%s%02d", letter, i)
			want = strings.ReplaceAll(want, code, code+"x")
		}
	}
	if got := string(after.JSON()); want != got {
		t.Fatal(diff.Diff(want, got))
	}
}

// Codes in the opposite order: whoever is equal stands the other way round, and
// nothing else changes.
func otherOrderOfNames(t *rapid.T, r selection.Round) {
	opposite := func(code string) string {
		var number int
		if _, err := fmt.Sscanf(code[1:], "%d", &number); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%s%02d", code[:1], 20-number)
	}
	before, after := mustRank(t, r), mustRank(t, renamed(r, opposite))
	places := map[string]selection.Place{}
	for _, p := range after.Candidates {
		places[p.Candidate] = unordered(p, func(code string) string { return code })
	}
	for _, p := range before.Candidates {
		other := places[opposite(p.Candidate)]
		sameChances(t, p.Adjusted, other.Adjusted)
		if d := diff.Diff(unordered(p, opposite), other, nearly, sampled); d != "" {
			t.Fatal(d)
		}
	}
	if len(before.Candidates) != len(after.Candidates) {
		t.Fatalf("%d candidates became %d", len(before.Candidates), len(after.Candidates))
	}
	before.Warnings, after.Warnings = sortedWords(before.Warnings, opposite), sortedWords(after.Warnings, func(code string) string { return code })
	if d := diff.Diff(before.Warnings, after.Warnings); d != "" {
		t.Fatal(d)
	}
}

// nearly allows the engine's sums to run in another order.
var nearly = cmpopts.EquateApprox(0, 1e-9)

// sampled is what other draws change.
var sampled = cmpopts.IgnoreFields(selection.AdjustedPlace{}, "PAppointable", "PInPosts", "RankLow", "RankHigh", "PRank", "CentralWeights", "Confidence", "SD", "Low", "High")

// sameChances compares what was drawn twice, apart.
func sameChances(t *rapid.T, a, b *selection.AdjustedPlace) {
	t.Helper()
	if (a == nil) != (b == nil) {
		t.Fatalf("an adjusted place: %v and %v", a, b)
	}
	if a == nil {
		return
	}
	same := func(what string, p, q float64) {
		mean := (p + q) / 2
		// Six errors and a rest for what is nearly certain: some ten thousand
		// pairs are compared.
		if error := math.Sqrt(2 * mean * (1 - mean) / propertyDraws); math.Abs(p-q) > 6*error+8.0/propertyDraws {
			t.Fatalf("%s: %v and %v", what, p, q)
		}
	}
	if (a.PInPosts == nil) != (b.PInPosts == nil) {
		t.Fatalf("in posts: %v and %v", a.PInPosts, b.PInPosts)
	}
	if a.PInPosts != nil {
		same("in posts", *a.PInPosts, *b.PInPosts)
	}
	if a.PAppointable != nil {
		same("appointable", *a.PAppointable, *b.PAppointable)
	}
	for r := range a.PRank {
		same("rank", a.PRank[r], b.PRank[r])
	}
}

// unordered is a place under another name with all lists by code sorted anew.
func unordered(p selection.Place, name func(string) string) selection.Place {
	p.Candidate = name(p.Candidate)
	tied := []string{}
	for _, code := range p.TiedWith {
		tied = append(tied, name(code))
	}
	slices.Sort(tied)
	p.TiedWith, p.Reasons, p.Difference = tied, sortedWords(p.Reasons, name), "" // one of the reasons, in their order
	trace := slices.Clone(p.Trace)
	for d := range trace {
		trace[d].Exercises = slices.Clone(trace[d].Exercises)
		for e := range trace[d].Exercises {
			criteria := slices.Clone(trace[d].Exercises[e].Criteria)
			for c := range criteria {
				criteria[c].Marks = slices.Clone(criteria[c].Marks)
				for m := range criteria[c].Marks {
					criteria[c].Marks[m].Rater = name(criteria[c].Marks[m].Rater)
				}
				slices.SortFunc(criteria[c].Marks, func(a, b selection.RaterMark) int { return cmp.Compare(a.Rater, b.Rater) })
			}
			trace[d].Exercises[e].Criteria = criteria
		}
	}
	p.Trace = trace
	return p
}

// sortedWords is each sentence as its words in order, codes under other names.
func sortedWords(sentences []string, name func(string) string) []string {
	out := []string{}
	for _, s := range sentences {
		words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,.;:'", r) })
		for i, w := range words {
			if len(w) == 3 && (w[0] == 'C' || w[0] == 'R') && w[1] >= '0' && w[1] <= '9' {
				words[i] = name(w)
			}
		}
		slices.Sort(words)
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// A mark that was withdrawn or not observed, a member who marked nobody, and
// what followed from the ranking change no figure.
func whatDoesNotCount(t *rapid.T, r selection.Round) {
	before := mustRank(t, r)
	r.Campaign.Panel = append(slices.Clone(r.Campaign.Panel), selection.Member{Rater: "R99", Role: selection.PlainMember})
	idle := mustRank(t, r)
	if idle.Inputs == before.Inputs {
		t.Fatal("the hash does not see the panel")
	}
	idle.Inputs = before.Inputs
	if d := diff.Diff(string(before.JSON()), string(idle.JSON())); d != "" {
		t.Fatal(d)
	}
	if len(before.Candidates) == 0 {
		return
	}
	r.Ratings = slices.Clone(r.Ratings)
	for _, e := range r.Campaign.Exercises {
		for _, criterion := range e.Criteria {
			m := selection.Rating{
				Candidate: rapid.SampledFrom(before.Candidates).Draw(t, "candidate").Candidate, Rater: "R99", Exercise: e.Code, Criterion: criterion,
			}
			if rapid.Bool().Draw(t, "withdrawn") {
				m.Observed, m.Withdrawn, m.Score = true, true, rapid.SampledFrom(r.Framework.Scale.Marks()).Draw(t, "mark")
			}
			r.Ratings = append(r.Ratings, m)
		}
	}
	after := mustRank(t, r)
	if d := diff.Diff(figures(before), figures(after)); d != "" {
		t.Fatal(d)
	}
}

// figures are the places without their sentences and counts.
func figures(r selection.Ranking) []selection.Place {
	places := slices.Clone(r.Candidates)
	for i := range places {
		places[i].Reasons, places[i].Difference, places[i].NotObserved = nil, "", 0
	}
	return places
}

// Every mark, threshold and end of the scale four times as large: every figure
// is, to the last bit. (Not the ranks: 0.01 is finer then.)
func widerScale(t *rapid.T, r selection.Round) {
	wide := r
	wide.Framework.Scale.Min, wide.Framework.Scale.Max, wide.Framework.Scale.Step = 4*r.Framework.Scale.Min, 4*r.Framework.Scale.Max, 4*r.Framework.Scale.Step
	wide.Ratings = slices.Clone(r.Ratings)
	for i := range wide.Ratings {
		wide.Ratings[i].Score *= 4
	}
	times := func(x *float64) *float64 {
		if x == nil {
			return nil
		}
		y := 4 * *x
		return &y
	}
	g := r.Campaign.Gates
	wide.Campaign.Gates.Composite, wide.Campaign.Gates.Veto, wide.Campaign.Gates.Minimum = times(g.Composite), times(g.Veto), nil
	if g.Minimum != nil {
		wide.Campaign.Gates.Minimum = map[string]float64{}
		for code, minimum := range g.Minimum {
			wide.Campaign.Gates.Minimum[code] = 4 * minimum
		}
	}
	before, after := mustRank(t, r), mustRank(t, wide)
	for _, p := range before.Candidates {
		q, ok := after.Candidate(p.Candidate)
		if !ok || p.Gate != q.Gate || (p.Rank == nil) != (q.Rank == nil) {
			t.Fatalf("%s: rank %v, %s became rank %v, %s", p.Candidate, p.Rank, p.Gate, q.Rank, q.Gate)
		}
		if (p.Adjusted == nil) != (q.Adjusted == nil) {
			t.Fatalf("%s: %v became %v", p.Candidate, p.Adjusted, q.Adjusted)
		}
		if a, b := p.Adjusted, q.Adjusted; a != nil && (math.Abs(4*a.Mean-b.Mean) > 1e-6 || math.Abs(4*a.SD-b.SD) > 1e-6) {
			t.Fatalf("%s: adjusted %v ± %v became %v ± %v", p.Candidate, a.Mean, a.SD, b.Mean, b.SD)
		}
		want := []*float64{times(p.PanelMean), times(p.ValuesMean), times(p.MarksMean)}
		got := []*float64{q.PanelMean, q.ValuesMean, q.MarksMean}
		for k := range p.Dimensions {
			want = append(want, times(p.Dimensions[k].PanelMean), times(p.Dimensions[k].Marks))
			got = append(got, q.Dimensions[k].PanelMean, q.Dimensions[k].Marks)
		}
		if d := diff.Diff(want, got); d != "" {
			t.Fatalf("%s: %s", p.Candidate, d)
		}
	}
}

// Best first; a rank is the place on the list or that of the one before, with
// whom it is then tied and not separated; who has no composite has no rank and
// stands last; ties are mutual.
func competitionRanking(t *rapid.T, r selection.Round) {
	ranked := mustRank(t, r)
	tied := map[string][]string{}
	for _, p := range ranked.Candidates {
		tied[p.Candidate] = p.TiedWith
	}
	for i, p := range ranked.Candidates {
		if (p.Rank == nil) != (ranksBy(ranked, p) == nil) {
			t.Fatalf("%s has the rank %v and the composite %v", p.Candidate, p.Rank, ranksBy(ranked, p))
		}
		for _, other := range p.TiedWith {
			if other == p.Candidate || !slices.Contains(tied[other], p.Candidate) {
				t.Fatalf("%s is tied with %s, who is tied with %v", p.Candidate, other, tied[other])
			}
		}
		if (len(p.TiedWith) == 0) && p.TieBrokenBy != nil {
			t.Fatalf("%s has a tie broken that there is not", p.Candidate)
		}
		if i == 0 {
			if p.Rank != nil && *p.Rank != 1 {
				t.Fatalf("the first has rank %d", *p.Rank)
			}
			continue
		}
		above := ranked.Candidates[i-1]
		switch {
		case p.Rank == nil:
		case above.Rank == nil:
			t.Fatalf("%s stands below %s, who has no rank", p.Candidate, above.Candidate)
		case *p.Rank != i+1 && (*p.Rank != *above.Rank || !slices.Contains(p.TiedWith, above.Candidate)):
			t.Fatalf("place %d has rank %d after rank %d", i+1, *p.Rank, *above.Rank)
		case math.Round(*ranksBy(ranked, p)*100-1e-6) > math.Round(*ranksBy(ranked, above)*100+1e-6):
			t.Fatalf("%s stands below %s with a higher composite", p.Candidate, above.Candidate)
		}
	}
}

// ranksBy is the figure that the declared rule ranks by.
func ranksBy(r selection.Ranking, p selection.Place) *float64 {
	switch {
	case r.Rule == selection.PanelMean:
		return p.PanelMean
	case p.Adjusted == nil || p.PanelMean == nil:
		return nil
	}
	return &p.Adjusted.Mean
}

// Ranks are certain to be held and to be held by somebody; of two, one is
// above; posts are filled; baseline and contributions are the composite; every
// candidate with an adjusted place is in one group.
func chancesAddUp(t *rapid.T, r selection.Round) {
	ranked := mustRank(t, r)
	equal := func(what string, got, want float64) {
		if !(math.Abs(got-want) <= 1e-9) {
			t.Fatalf("%s add up to %v, want %v", what, got, want)
		}
	}
	var placed []selection.Place
	for _, p := range ranked.Candidates {
		if p.Adjusted != nil {
			placed = append(placed, p)
		}
	}
	posts, held := 0.0, make([]float64, len(placed))
	for _, p := range placed {
		a, points := p.Adjusted, *p.Baseline
		for _, c := range p.Contributions {
			points += c.Points
		}
		equal("baseline and contributions", points, a.Mean)
		if len(placed) == 1 {
			if a.Rank != nil || a.PInPosts != nil || a.PRank != nil || a.RankHigh != 0 {
				t.Fatalf("one candidate has ranks: %+v", a)
			}
			return
		}
		chances := 0.0
		for rank, chance := range a.PRank {
			chances += chance
			held[rank] += chance
		}
		equal("the chances of every rank", chances, 1)
		posts += *a.PInPosts
		if a.RankLow < 1 || a.RankHigh < a.RankLow || a.RankHigh > len(placed) || !(a.Low <= a.Mean && a.Mean <= a.High) {
			t.Fatalf("ranks %d–%d, %v within %v–%v", a.RankLow, a.RankHigh, a.Mean, a.Low, a.High)
		}
	}
	if len(placed) == 0 {
		return
	}
	equal("the chances of posts", posts, float64(min(r.Campaign.Post.Posts, len(placed))))
	for _, chances := range held {
		equal("the chances of everybody", chances, 1)
	}
	for i := range ranked.PAbove {
		for j := range i {
			p, q := ranked.PAbove[i][j], ranked.PAbove[j][i]
			if both := ranked.Candidates[i].Adjusted != nil && ranked.Candidates[j].Adjusted != nil; both != (p != nil) || both != (q != nil) {
				t.Fatalf("p_above of %d and %d: %v and %v", i, j, p, q)
			}
			if p != nil {
				equal("above and below", *p+*q, 1)
			}
		}
	}
	if grouped := slices.Concat(ranked.Groups...); len(grouped) != len(placed) {
		t.Fatalf("%v are in groups, of %d", grouped, len(placed))
	}
}

// Marks, scale and gates one higher: everybody's figure is, and nothing else
// changes.
func constantMovesAll(t *rapid.T, r selection.Round) {
	higher := r
	higher.Framework.Scale.Min, higher.Framework.Scale.Max = r.Framework.Scale.Min+1, r.Framework.Scale.Max+1
	higher.Ratings = slices.Clone(r.Ratings)
	for i := range higher.Ratings {
		if higher.Ratings[i].Observed {
			higher.Ratings[i].Score++
		}
	}
	higher.Campaign.Gates = selection.Gates{}
	r.Campaign.Gates = selection.Gates{}
	before, after := mustRank(t, r), mustRank(t, higher)
	for _, p := range before.Candidates {
		q, _ := after.Candidate(p.Candidate)
		if (p.Adjusted == nil) != (q.Adjusted == nil) {
			t.Fatalf("%s: %v became %v", p.Candidate, p.Adjusted, q.Adjusted)
		}
		if p.Adjusted == nil {
			continue
		}
		if math.Abs(q.Adjusted.Mean-p.Adjusted.Mean-1) > 1e-9 {
			t.Fatalf("%s: %v became %v", p.Candidate, p.Adjusted.Mean, q.Adjusted.Mean)
		}
		if d := diff.Diff(p.Contributions, q.Contributions, nearly); d != "" {
			t.Fatal(d)
		}
	}
}

// A person with the trace, the scale and a pencil arrives at every figure.
func traceLeadsToFigures(t *rapid.T, r selection.Round) {
	near := func(what string, got *float64, want float64) {
		if got == nil || math.Abs(*got-want) > 1e-12*max(1, math.Abs(want)) {
			t.Fatalf("%s is %v; from the trace it is %v", what, got, want)
		}
	}
	for _, p := range mustRank(t, r).Candidates {
		if len(p.Trace) != len(r.Framework.Dimensions) {
			t.Fatalf("%d dimensions in the trace of %s", len(p.Trace), p.Candidate)
		}
		composite, weights, complete := 0.0, 0.0, true
		for k, d := range p.Trace {
			weights += d.Weight
			if d.Weight != p.Dimensions[k].Weight || d.Dimension != p.Dimensions[k].Code || d.Dimension != r.Framework.Dimensions[k].Code {
				t.Fatalf("%s: the trace has %s with %v", p.Candidate, d.Dimension, d.Weight)
			}
			if len(d.Exercises) == 0 {
				complete = false
				if d.Marks != nil || d.PanelMean != nil || d.Points != nil || p.Dimensions[k].Marks != nil {
					t.Fatalf("%s has a figure for %s from nothing", p.Candidate, d.Dimension)
				}
				continue
			}
			marks := 0.0
			for _, e := range d.Exercises {
				near("an exercise's mean", &e.Mean, exerciseFromTrace(t, e, near))
				marks += e.Mean
			}
			marks /= float64(len(d.Exercises))
			near("the marks' mean", d.Marks, marks)
			near("the marks' mean", p.Dimensions[k].Marks, marks)
			left, tests := 1.0, 0.0
			for _, x := range d.Psychometrics {
				low, high := r.Framework.Scale.Min, r.Framework.Scale.Max
				near("on the scale", &x.OnScale, min(max((low+high)/2+(x.Score-x.Mean)/x.SD*(high-low)/6, low), high))
				left -= x.Share
				tests += x.Share * x.OnScale
			}
			near("the dimension", d.PanelMean, left*marks+tests)
			near("the dimension", p.Dimensions[k].PanelMean, left*marks+tests)
			near("the points", d.Points, d.Weight**d.PanelMean)
			composite += *d.Points
		}
		near("the sum of the weights", &weights, 1)
		if complete {
			near("the composite", p.PanelMean, composite)
		} else if p.PanelMean != nil {
			t.Fatalf("%s has a composite without every dimension", p.Candidate)
		}
	}
}

func exerciseFromTrace(t *rapid.T, e selection.ExerciseTrace, near func(string, *float64, float64)) float64 {
	total := 0.0
	for _, c := range e.Criteria {
		sum := 0.0
		for _, m := range c.Marks {
			sum += m.Score
		}
		near("a criterion's mean", &c.Mean, sum/float64(len(c.Marks)))
		if !slices.IsSortedFunc(c.Marks, func(a, b selection.RaterMark) int { return cmp.Compare(a.Rater, b.Rater) }) {
			t.Fatalf("marks not by rater: %v", c.Marks)
		}
		total += c.Mean
	}
	return total / float64(len(e.Criteria))
}

// The marks in the trace are the observed ones that were not withdrawn: all of
// them, in their places, and no others.
func traceHasEveryMark(t *rapid.T, r selection.Round) {
	type where struct{ candidate, dimension, exercise, criterion, rater string }
	want, got := map[where]float64{}, map[where]float64{}
	ranked := mustRank(t, r)
	unseen := map[string]int{}
	for _, m := range r.Ratings {
		if _, ok := ranked.Candidate(m.Candidate); !ok || m.Withdrawn {
			continue
		}
		if !m.Observed {
			unseen[m.Candidate]++
			continue
		}
		_, k := r.Framework.Criterion(m.Criterion)
		want[where{m.Candidate, r.Framework.Dimensions[k].Code, m.Exercise, m.Criterion, m.Rater}] = m.Score
	}
	for _, p := range ranked.Candidates {
		if p.NotObserved != unseen[p.Candidate] {
			t.Fatalf("%s has %d marks not observed, want %d", p.Candidate, p.NotObserved, unseen[p.Candidate])
		}
		for _, d := range p.Trace {
			for _, e := range d.Exercises {
				for _, c := range e.Criteria {
					for _, m := range c.Marks {
						got[where{p.Candidate, d.Dimension, e.Exercise, c.Criterion, m.Rater}] = m.Score
					}
				}
			}
		}
	}
	if d := diff.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}
