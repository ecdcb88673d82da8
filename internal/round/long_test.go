package round_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"appointable/internal/fault"
	"appointable/internal/round"
	"appointable/selection/mixedmodel"
)

// saved writes a file of its own and returns its path.
func saved(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readLong(t testing.TB, text string, columns round.LongColumns) round.Long {
	t.Helper()
	long, _, err := round.ReadLong(t.Context(), saved(t, "scores.csv", text), columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	return long
}

const longFile = `score,candidate,rater,exercise,dimension,criterion
4,c10,R b,handover,kindness,k1
3.5,c2,R a,handover,safety,s2
-1,c2,"R, a",interview,safety,s1
,c3,R a,interview,safety,s2
`

func TestReadLong(t *testing.T) {
	got := readLong(t, longFile, round.DefaultLongColumns())
	equal(t, "candidates", got.Candidates, []string{"c10", "c2", "c3"})
	equal(t, "raters", got.Raters, []string{"R a", "R b", "R, a"})
	equal(t, "exercises", got.Exercises, []string{"handover", "interview"})
	equal(t, "dimensions", got.Dimensions, []string{"kindness", "safety"})
	equal(t, "criteria", got.Criteria, []string{"k1", "s2", "s1", "s2"})
	d := got.Data
	equal(t, "cells", d.Cells, []mixedmodel.Cell{{Exercise: 0, Dimension: 0}, {Exercise: 0, Dimension: 1}, {Exercise: 1, Dimension: 1}, {Exercise: 1, Dimension: 1}})
	equal(t, "candidate", d.Candidate, []int32{0, 1, 1})
	equal(t, "rater", d.Rater, []int32{1, 0, 2})
	equal(t, "cell", d.Cell, []int32{0, 1, 2})
	equal(t, "score", d.Score, []float64{4, 3.5, -1})
	if d.Candidates != 3 || d.Raters != 3 || d.Exercises != 2 || d.Dimensions != 2 {
		t.Errorf("levels: %+v", d)
	}
	if got.NotObserved != 1 || !got.HasRater || !got.HasExercise || !got.HasDimension {
		t.Errorf("%+v", got)
	}
}

func equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// Only candidate and score are indispensable; a cell is exercise × dimension
// where there is no criterion; numbers are in the order of numbers.
func TestReadLongOfFewColumns(t *testing.T) {
	columns := round.DefaultLongColumns()
	columns.Candidate.Name, columns.Dimension.Name, columns.Score.Name = "cand", "value", "y"
	got := readLong(t, "\xEF\xBB\xBFcand;value;y\r\n10;1;5\r\n9;0;4\r\n\r\n 9 ;1;3\r\n", columns)
	equal(t, "candidates", got.Candidates, []string{"9", "10"})
	equal(t, "criteria", got.Criteria, []string{"0", "1"})
	equal(t, "raters", got.Raters, []string{"all"})
	equal(t, "exercises", got.Exercises, []string{"all"})
	equal(t, "candidate", got.Data.Candidate, []int32{1, 0, 0})
	equal(t, "cell", got.Data.Cell, []int32{1, 0, 1})
	if got.HasRater || got.HasExercise || !got.HasDimension {
		t.Errorf("%+v", got)
	}

	columns.Dimension.Name = "" // there, and not wanted
	got = readLong(t, "cand,value,y\n1,0,5\n2,1,4\n", columns)
	equal(t, "dimensions", got.Dimensions, []string{"all"})
	equal(t, "cell", got.Data.Cell, []int32{0, 0})
}

// A round's own ratings.csv is a long file: marks that were withdrawn for a
// declared interest do not count.
func TestReadLongOfWithdrawnMarks(t *testing.T) {
	got := readLong(t, "candidate,rater,exercise,criterion,score,evidence,withdrawn\nC1,R1,a,x,4,,\nC1,R2,a,x,5,=,yes\n", round.DefaultLongColumns())
	equal(t, "scores", got.Data.Score, []float64{4})
	if got.Withdrawn != 1 {
		t.Errorf("%d withdrawn, want 1", got.Withdrawn)
	}
}

// One column may be two things: an occasion is who rates and what is seen.
func TestReadLongOfOneColumnTwice(t *testing.T) {
	columns := round.DefaultLongColumns()
	columns.Rater.Name, columns.Criterion.Name = "occasion", "occasion"
	got := readLong(t, "candidate,occasion,score\nA,2,1\nA,1,2\n", columns)
	equal(t, "rater", got.Data.Rater, []int32{1, 0})
	equal(t, "cell", got.Data.Cell, []int32{1, 0})
}

// Codes are any text, and come back to the letter from a guarded cell.
func TestReadLongOfOddCodes(t *testing.T) {
	got := readLong(t, "candidate,score\n@jo,1\n-a,2\n'=b,3\nÅsa Öberg,4\n", round.DefaultLongColumns())
	equal(t, "candidates", got.Candidates, []string{"-a", "=b", "@jo", "Åsa Öberg"})
}

func TestRowOrderOfALongFileDecidesNothing(t *testing.T) {
	lines := strings.SplitAfter(strings.TrimSuffix(longFile, "\n")+"\n", "\n")
	first := readLong(t, longFile, round.DefaultLongColumns())
	slices.Reverse(lines[1:5])
	second := readLong(t, strings.Join(lines, ""), round.DefaultLongColumns())
	equal(t, "raters", second.Raters, first.Raters)
	equal(t, "criteria", second.Criteria, first.Criteria)
	equal(t, "cells", second.Data.Cells, first.Data.Cells)
	slices.Reverse(second.Data.Cell)
	equal(t, "cell", second.Data.Cell, first.Data.Cell)
	slices.Reverse(second.Data.Rater)
	equal(t, "rater", second.Data.Rater, first.Data.Rater)
}

// Every mistake is told, with its place.
func TestDamagedLongFile(t *testing.T) {
	named := round.DefaultLongColumns()
	named.Rater = round.LongColumn{Name: "judge", Required: true}
	unnamed := round.DefaultLongColumns()
	for _, c := range []struct {
		name, text string
		columns    round.LongColumns
		limits     *round.Limits
		want       []string
	}{
		{"several", "candidate,rater,score\n,R1,4\nA,,x\nA,R1,NaN\nA,R1,\"4,5\"\n", unnamed, nil, []string{
			`scores.csv:2:1: is empty; every row needs its candidate`,
			`scores.csv:3:3: is empty; every row needs its rater`,
			`scores.csv:3:4: "x" is not a number; write it in digits, such as 4 or 4.5`,
			`scores.csv:4:6: "NaN" is not a number; write it in digits, such as 4 or 4.5`,
			`scores.csv:5:6: "4,5" has a decimal comma; write 4.5`,
		}},
		{"off the scale", "candidate,score\nA,0\nA,1\nA,7\nA,7.5\n", unnamed, &round.Limits{Low: 1, High: 7}, []string{
			`scores.csv:2:3: score 0 is outside 1–7`, `scores.csv:5:3: score 7.5 is outside 1–7`,
		}},
		{"a criterion of two dimensions", "candidate,exercise,dimension,criterion,score\nA,e,safety,c,1\nA,f,safety,c,2\nA,e,kindness,c,3\n", unnamed, nil, []string{
			`scores.csv:4:5: criterion "c" belongs to "kindness" here and to "safety" on line 2; a criterion belongs to one dimension`,
		}},
		{"no column", "candidate,mark\nA,1\n", unnamed, nil, []string{`scores.csv:1: the column score is missing; needed are candidate, score`}},
		{"no column of that name", "candidate,rater,score\nA,R,1\n", named, nil, []string{`scores.csv:1: the column judge is missing; needed are candidate, judge, score`}},
		{"a misspelled column", "candidate,Rater,score\nA,R,1\n", unnamed, nil, []string{`scores.csv:1:11: the column "Rater" is not known; did you mean rater?`}},
		{"no score", "candidate,score\nA,\n", unnamed, nil, []string{`scores.csv:1: there is no score in it`}},
		{"nothing", "", unnamed, nil, []string{`scores.csv:1:1: the file is empty; its first line names the columns: candidate,rater,exercise,dimension,criterion,score,withdrawn`}},
		{"a formula", "candidate,score\n=A1,4\n", unnamed, nil, []string{`scores.csv:2:1: "=A1" begins like a spreadsheet formula; put the code itself there`}},
		{"a short row", "candidate,score\nA\n", unnamed, nil, []string{`scores.csv:2:1: the row has 1 cells and the header has 2; name every column (in CSV, put a cell with a comma, semicolon or quote in it in quotes)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			long, _, err := round.ReadLong(t.Context(), saved(t, "scores.csv", c.text), c.columns, c.limits)
			if long.Data.Score != nil || !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v came back with error %v", long.Data.Score, err)
			}
			var got []string
			for _, f := range fault.FieldsOf(err) {
				got = append(got, f.String())
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("complaints\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestReadLongNotices(t *testing.T) {
	_, notices, err := round.ReadLong(t.Context(), saved(t, "scores.csv", "candidate,score,remark\nA,1,good\n"), round.DefaultLongColumns(), nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "notices", notices, []string{`scores.csv: the column "remark" is not used here and was not read.`})
}

func TestReadLongThatIsNotThere(t *testing.T) {
	_, _, err := round.ReadLong(t.Context(), filepath.Join(t.TempDir(), "none.csv"), round.DefaultLongColumns(), nil)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "none.csv: cannot be opened: no such file") {
		t.Errorf("error %v", err)
	}
	_, _, err = round.ReadLong(t.Context(), t.TempDir(), round.DefaultLongColumns(), nil)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("of a folder: error %v", err)
	}
}

func TestReadLongStops(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	path := saved(t, "scores.csv", "candidate,score\n"+strings.Repeat("A,1\n", 2000))
	if _, _, err := round.ReadLong(ctx, path, round.DefaultLongColumns(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestReadLongOfAWorkbook(t *testing.T) {
	text := workbook(t, [][]any{{"candidate", "station", "score"}, {7, "b", 4.5}, {12, "a", nil}, {7, "a", 3}}, nil)
	columns := round.DefaultLongColumns()
	columns.Exercise = round.LongColumn{Name: "station", Required: true}
	got, _, err := round.ReadLong(t.Context(), saved(t, "scores.xlsx", text), columns, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "candidates", got.Candidates, []string{"7", "12"})
	equal(t, "cell", got.Data.Cell, []int32{1, 0})
	equal(t, "score", got.Data.Score, []float64{4.5, 3})
	if got.NotObserved != 1 {
		t.Errorf("%d not observed, want 1", got.NotObserved)
	}
}
