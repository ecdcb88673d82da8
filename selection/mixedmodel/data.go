// Package mixedmodel fits the model of ratings that lies behind an adjusted
// ranking, and says what it leaves unknown.
//
// A score that rater j gave candidate i in cell c, a criterion as seen in
// exercise e, which belongs to dimension k, is
//
//	y = μ_c + v_ik + w_ie + h_ij + s_j + t_jk + ε
//
// with fixed cell means μ; a candidate's values v_i ~ N(0, Σ_v), K×K, which is
// what a ranking wants; candidate × exercise w; candidate × rater h, the halo;
// rater severity s; rater × dimension t; and a residual. It is a multivariate
// generalizability-theory model with crossed random effects (Cronbach et al.
// 1972; Brennan 2001, Generalizability Theory, ch. 9), fitted by REML as in
// Bates, Mächler, Bolker and Walker (2015), J. Stat. Softw. 67(1).
//
// It works on plain columns of numbers and knows no names. Everything here is
// pure and gives the same bits whatever the order of the rows and the number
// of cores.
package mixedmodel

// Data is ratings in columns. Every index counts from 0. The caller has
// validated it: indices in range and scores finite. The same candidate, rater
// and cell may stand in several rows: they are replicates.
type Data struct {
	Candidates, Raters, Exercises, Dimensions int

	Cells []Cell // what has a mean of its own, in the model's fixed part

	Candidate, Rater, Cell []int32 // one row a score
	Score                  []float64
}

// Cell is one criterion as seen in one exercise.
type Cell struct{ Exercise, Dimension int }

// Terms says which random effects the model has. A term that is off is 0 for
// everybody.
type Terms struct {
	Candidate         bool // v: a vector over the dimensions
	CandidateExercise bool // w
	CandidateRater    bool // h
	Rater             bool // s
	RaterDimension    bool // t
}

// AllTerms is the model as it is used for rankings. Leaving the halo out would
// make posteriors overconfident.
func AllTerms() Terms { return Terms{true, true, true, true, true} }

// Components are the variances of the model, in squared units of the scores.
// The variance of a term that is off is 0.
type Components struct {
	Candidate         [][]float64 `json:"candidate"` // Σ_v, K×K, symmetric
	CandidateExercise float64     `json:"candidate:exercise"`
	CandidateRater    float64     `json:"candidate:rater"`
	Rater             float64     `json:"rater"`
	RaterDimension    float64     `json:"rater:dimension"`
	Residual          float64     `json:"residual"`
}
