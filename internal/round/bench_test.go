package round_test

import (
	"bytes"
	"flag"
	"fmt"
	"testing"

	"appointable/frameworks"
	"appointable/internal/round"
	"appointable/selection"
)

// go test -bench . -rows 1200000 ./internal/round is a national round.
var benchRows = flag.Int("rows", 100_000, "rows of ratings in a benchmark")

// national makes a round of about n marks: 8 criteria in each of 5 exercises,
// every candidate seen by 5 of 50 raters.
func national(n int) selection.Round {
	r := selection.Round{Framework: frameworks.Framework{
		Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1},
		Dimensions: []frameworks.Dimension{{Code: "safety", Kind: frameworks.Value, Title: "Safety", Weight: frameworks.Fixed(1)}},
	}}
	var criteria []string
	for c := range 8 {
		criteria = append(criteria, fmt.Sprintf("safety.behaviour-%d", c))
		r.Framework.Dimensions[0].Criteria = append(r.Framework.Dimensions[0].Criteria, frameworks.Criterion{Code: criteria[c], Statement: "Does"})
	}
	r.Campaign = selection.Campaign{Code: "NATIONAL", Title: "National round", Post: selection.Post{Type: selection.Consultant, Posts: 1}}
	for e := range 5 {
		r.Campaign.Exercises = append(r.Campaign.Exercises, selection.Exercise{Code: fmt.Sprintf("station-%d", e), Method: selection.Simulation, Criteria: criteria})
	}
	for m := range 50 {
		r.Campaign.Panel = append(r.Campaign.Panel, selection.Member{Rater: fmt.Sprintf("R%02d", m), Role: selection.PlainMember})
	}
	r.Campaign = r.Campaign.WithDefaults()
	for c := 0; len(r.Ratings) < n; c++ {
		candidate := fmt.Sprintf("C%05d", c)
		r.Candidates = append(r.Candidates, selection.Candidate{Code: candidate, Interviewed: selection.Yes})
		for _, e := range r.Campaign.Exercises {
			for m := range 5 {
				for k, criterion := range criteria {
					r.Ratings = append(r.Ratings, selection.Rating{
						Candidate: candidate, Rater: r.Campaign.Panel[(c+11*m)%50].Rater, Exercise: e.Code, Criterion: criterion,
						Observed: true, Score: float64(1 + (c*7+m*5+k*3)%7),
					})
				}
			}
		}
	}
	return r
}

func BenchmarkReadZip(b *testing.B) {
	var packed bytes.Buffer
	if err := round.WriteZip(b.Context(), &packed, national(*benchRows)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r, _, err := round.ReadZip(b.Context(), bytes.NewReader(packed.Bytes()), int64(packed.Len()))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(r.Ratings))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
}

func BenchmarkRead(b *testing.B) {
	dir := b.TempDir() + "/round"
	if err := round.Write(b.Context(), dir, national(*benchRows)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := round.Read(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(*benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWriteZip(b *testing.B) {
	r := national(*benchRows)
	b.ReportAllocs()
	for b.Loop() {
		var packed bytes.Buffer
		if err := round.WriteZip(b.Context(), &packed, r); err != nil {
			b.Fatal(err)
		}
	}
}
