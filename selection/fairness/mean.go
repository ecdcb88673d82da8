package fairness

import "context"

// point is one candidate's figure in one place: what groups are compared on.
type point struct {
	campaign int32
	side     Side
	y        float64
}

// average is a mean under way.
type average struct {
	sum float64
	n   int
}

func (a *average) add(y float64) { a.sum, a.n = a.sum+y, a.n+1 }
func (a average) mean() float64  { return a.sum / float64(a.n) }

// without is the mean of what was added but for one y of it.
func (a average) without(y float64) float64 { return (a.sum - y) / float64(a.n-1) }

// means are candidates' raw means by place, each list in the order of
// campaigns. They are taken as the panel mean is: over raters within a cell,
// over criteria within dimension × exercise, then over dimensions or exercises;
// what was not observed is skipped at each level.
type means struct {
	exercise, dimension [][]point
	meeting             [][]point // by dimension × exercise
	rater               [][]point // by rater × dimension × exercise; only that rater's own marks
}

func (a arranged) means(ctx context.Context) (means, error) {
	meetings := a.Dimensions * a.Exercises
	m := means{
		exercise: make([][]point, a.Exercises), dimension: make([][]point, a.Dimensions),
		meeting: make([][]point, meetings), rater: make([][]point, a.Raters*meetings),
	}
	meeting, rater := make([]average, meetings), make([]average, a.Raters*meetings)
	var touched []int
	for _, i := range a.compared() {
		if err := ctx.Err(); err != nil {
			return means{}, err
		}
		touched = a.average(i, meeting, rater, touched[:0])
		at := func(y float64) point { return point{a.Campaign[i], a.Group[i], y} }
		for _, r := range touched {
			m.rater[r] = append(m.rater[r], at(rater[r].mean()))
			rater[r] = average{}
		}
		exercise, dimension := make([]average, a.Exercises), make([]average, a.Dimensions)
		for ke, avg := range meeting {
			if avg.n == 0 {
				continue
			}
			m.meeting[ke] = append(m.meeting[ke], at(avg.mean()))
			dimension[ke/a.Exercises].add(avg.mean())
			exercise[ke%a.Exercises].add(avg.mean())
			meeting[ke] = average{}
		}
		spread(m.exercise, exercise, at)
		spread(m.dimension, dimension, at)
	}
	return m, nil
}

// average fills one candidate's averages, and lists the places of raters that
// have one.
func (a arranged) average(candidate int32, meeting, rater []average, touched []int) []int {
	a.eachCell(candidate, func(cell int32, rows []int32) {
		ke := a.Cells[cell].Dimension*a.Exercises + a.Cells[cell].Exercise
		var over average
		for _, r := range rows {
			over.add(a.Mark[r])
			j := int(a.Rater[r])*len(meeting) + ke
			if rater[j].n == 0 {
				touched = append(touched, j)
			}
			rater[j].add(a.Mark[r])
		}
		meeting[ke].add(over.mean())
	})
	return touched
}

func spread(lists [][]point, averages []average, at func(float64) point) {
	for i, avg := range averages {
		if avg.n > 0 {
			lists[i] = append(lists[i], at(avg.mean()))
		}
	}
}
