package mixedmodel_test

import (
	"math"
	"testing"

	"appointable/selection/mixedmodel"
)

func study(t testing.TB, c mixedmodel.Components, d mixedmodel.Design, want mixedmodel.Reliability) {
	t.Helper()
	got := c.Study(d)
	near(t, "universe variance", got.Universe, want.Universe, 1e-12)
	near(t, "relative error", got.Relative, want.Relative, 1e-12)
	near(t, "absolute error", got.Absolute, want.Absolute, 1e-12)
	near(t, "generalizability", got.Generalizability, want.Universe/(want.Universe+want.Relative), 1e-12)
	near(t, "dependability", got.Dependability, want.Universe/(want.Universe+want.Absolute), 1e-12)
}

func single(v float64) [][]float64 { return [][]float64{{v}} }

// Brennan (2001) gives D-studies of his tables 3.1 and 3.2 for these designs;
// the formulas are his, by hand, with items and tasks fixed: their main effects
// are no error here.
func TestStudyOfBrennansDesigns(t *testing.T) {
	items := mixedmodel.DesignOf(published(t, "Brennan.3.1.csv", layout{"Person", "Occasion", "Item", "Occasion", "Score"}))
	if items.Nested || items.Raters != 2 || items.Differ {
		t.Errorf("the design of table 3.1 is %+v", items)
	}
	c := mixedmodel.Components{Candidate: single(.5528), CandidateExercise: .5750, CandidateRater: .1009, Rater: .0074, Residual: .9352}
	// p × I × O: σ²(pI) + σ²(pO) + σ²(pIO); absolute adds σ²(O).
	relative := .5750/4 + .1009/2 + .9352/8
	study(t, c, items, mixedmodel.Reliability{Universe: .5528, Relative: relative, Absolute: relative + .0074/2})

	tasks := mixedmodel.DesignOf(published(t, "Brennan.3.2.csv", layout{"Person", "Rater", "Task", "", "Score"}))
	if !tasks.Nested || tasks.Raters != 4 || tasks.Differ {
		t.Errorf("the design of table 3.2 is %+v", tasks)
	}
	c = mixedmodel.Components{Candidate: single(.4731), CandidateExercise: .5596, Rater: .6475, Residual: 2.3802}
	// p × (R:T): σ²(pT) + σ²(pR:T); absolute adds σ²(R:T).
	relative = .5596/3 + 2.3802/12
	study(t, c, tasks, mixedmodel.Reliability{Universe: .4731, Relative: relative, Absolute: relative + .6475/12})
	// Brennan's own figures, tasks random: Eρ² = .55, and Φ = .46 with σ²(T)/3.
	r := c.Study(tasks)
	near(t, "his generalizability", r.Generalizability, .55, .01)
	near(t, "his dependability", r.Universe/(r.Universe+r.Absolute+.3252/3), .46, .01)
}

// twoDimensions is a design in which no two numbers are alike, with what is
// left of each component worked out by hand:
//
//	b_ke = w_k·a_ke      interview  handover
//	safety     .75  .5/.5     .375      .375
//	kindness   .25  1/0       .25       –
//	Σ_k b_ke                  .625      .375     squares .390625 + .140625 = .53125
func twoDimensions() (mixedmodel.Components, mixedmodel.Design) {
	c := mixedmodel.Components{
		Candidate:         [][]float64{{.30, .10}, {.10, .20}},
		CandidateExercise: .08, CandidateRater: .12, Rater: .20, RaterDimension: .05, Residual: .60,
	}
	d := mixedmodel.Design{
		Weights:  []float64{.75, .25},
		Shares:   [][]float64{{.5, .5}, {1, 0}},
		Criteria: [][]float64{{3, 1}, {2, 0}},
		Raters:   5,
	}
	return c, d
}

const (
	handUniverse = .75*.75*.30 + 2*.75*.25*.10 + .25*.25*.20
	handExercise = .53125
	handSquares  = .375*.375 + .375*.375 + .25*.25     // Σ b²
	handScores   = .375*.375/3 + .375*.375 + .25*.25/2 // Σ b²/m
)

func TestStudyCrossed(t *testing.T) {
	c, d := twoDimensions()
	relative := handExercise*.08 + .12/5 + handScores*.60/5
	severity := (.20 + (.75*.75+.25*.25)*.05) / 5
	study(t, c, d, mixedmodel.Reliability{Universe: handUniverse, Relative: relative, Absolute: relative + severity})
}

func TestStudyNested(t *testing.T) {
	c, d := twoDimensions()
	d.Nested = true
	relative := handExercise*.08 + handExercise*.12/5 + handScores*.60/5
	severity := (handExercise*.20 + handSquares*.05) / 5
	study(t, c, d, mixedmodel.Reliability{Universe: handUniverse, Relative: relative, Absolute: relative + severity})
}

// Severity does not cancel between candidates who met different raters.
func TestStudyOfDifferentRaters(t *testing.T) {
	c, d := twoDimensions()
	same := c.Study(d)
	d.Differ = true
	study(t, c, d, mixedmodel.Reliability{Universe: handUniverse, Relative: same.Absolute, Absolute: same.Absolute})
}

// With every value once in every exercise the general formula is the one of
// statistics §3: σ_w²/n_e + σ_h²/n_r + w′w·σ²/(n_r·n_e), whether the exercises
// are written out or counted.
func TestStudyOfMoreExercises(t *testing.T) {
	c, _ := twoDimensions()
	complete := func(exercises int) mixedmodel.Design {
		d := mixedmodel.Design{Weights: []float64{.75, .25}, Raters: 3}
		for range d.Weights {
			var shares, criteria []float64
			for range exercises {
				shares, criteria = append(shares, 1/float64(exercises)), append(criteria, 1)
			}
			d.Shares, d.Criteria = append(d.Shares, shares), append(d.Criteria, criteria)
		}
		return d
	}
	squares := .75*.75 + .25*.25
	for _, nested := range []bool{false, true} {
		for _, n := range []int{1, 2, 4, 7} {
			relative := .08/float64(n) + .12/3 + squares*.60/float64(3*n)
			severity := (.20 + squares*.05) / 3
			if nested {
				relative += .12/float64(3*n) - .12/3
				severity /= float64(n)
			}
			want := mixedmodel.Reliability{Universe: handUniverse, Relative: relative, Absolute: relative + severity}
			written := complete(n)
			written.Nested = nested
			study(t, c, written, want)
			counted := complete(4)
			counted.Nested, counted.Exercises = nested, n
			study(t, c, counted, want)
		}
	}
}

func TestStudyWhereNothingVaries(t *testing.T) {
	_, d := twoDimensions()
	got := mixedmodel.Components{Candidate: [][]float64{{0, 0}, {0, 0}}}.Study(d)
	if got != (mixedmodel.Reliability{}) {
		t.Errorf("%+v, want nothing", got)
	}
}

// rows makes data from candidate, rater, cell; scores are 1, 2, 3, ….
func rows(cells []mixedmodel.Cell, rows ...[3]int32) mixedmodel.Data {
	d := mixedmodel.Data{Cells: cells}
	for _, c := range cells {
		d.Exercises, d.Dimensions = max(d.Exercises, c.Exercise+1), max(d.Dimensions, c.Dimension+1)
	}
	for n, r := range rows {
		d.Candidates, d.Raters = max(d.Candidates, int(r[0])+1), max(d.Raters, int(r[1])+1)
		d.Candidate, d.Rater, d.Cell = append(d.Candidate, r[0]), append(d.Rater, r[1]), append(d.Cell, r[2])
		d.Score = append(d.Score, float64(n+1))
	}
	return d
}

// Candidate 0 met two raters and candidate 1 one; nobody was seen in the third
// dimension.
func TestDesignOfUnequalScores(t *testing.T) {
	cells := []mixedmodel.Cell{{Exercise: 0, Dimension: 0}, {Exercise: 0, Dimension: 0}, {Exercise: 1, Dimension: 0}, {Exercise: 0, Dimension: 1}, {Exercise: 1, Dimension: 2}}
	d := rows(cells,
		[3]int32{0, 0, 0}, [3]int32{0, 0, 1}, [3]int32{0, 0, 2}, [3]int32{0, 0, 3},
		[3]int32{0, 1, 0}, [3]int32{0, 1, 1}, [3]int32{0, 1, 3},
		[3]int32{1, 0, 0}, [3]int32{1, 0, 3}, [3]int32{1, 0, 3},
	)
	got := mixedmodel.DesignOf(d)
	raters := 2 / (1./2 + 1./1)
	near(t, "raters", got.Raters, raters, 1e-12)
	near(t, "scores of dimension 0 in exercise 0", got.Criteria[0][0]*raters, 2/(1./4+1./1), 1e-12)
	near(t, "scores of dimension 0 in exercise 1", got.Criteria[0][1]*raters, 1, 1e-12)
	near(t, "scores of dimension 1 in exercise 0", got.Criteria[1][0]*raters, 2, 1e-12)
	if !got.Differ || got.Nested {
		t.Errorf("differ %v, nested %v", got.Differ, got.Nested)
	}
	for k, want := range []float64{.5, .5, 0} {
		if got.Weights[k] != want {
			t.Errorf("weight of dimension %d is %v, want %v", k, got.Weights[k], want)
		}
	}
	if got.Shares[0][0] != .5 || got.Shares[0][1] != .5 || got.Shares[1][0] != 1 || got.Shares[1][1] != 0 || got.Shares[2][1] != 0 {
		t.Errorf("shares %v", got.Shares)
	}
	c := mixedmodel.Components{Candidate: [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, Residual: 1}
	if r := c.Study(got); math.IsNaN(r.Relative) || math.IsInf(r.Relative, 0) || r.Universe != .5 {
		t.Errorf("a dimension that nobody was seen in: %+v", r)
	}
}
