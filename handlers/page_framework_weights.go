package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"appointable/frameworks"
	"appointable/internal/fault"
	"appointable/internal/store"
)

// weightsPage is the list of values and competencies: their order, their
// weights, and what share of the whole each weight makes.
type weightsPage struct {
	frameworkForm
	Rows    []weightRow
	Removed []removedRow
	Shares  []shareLine // nil where what is typed makes none
	Add     string
}

func (weightsPage) template() string { return "framework-weights" }

// weightRow is a dimension as it stands in the form.
type weightRow struct {
	N                 int
	Code, Title, Kind string
	Low, High         string // High "": the weight is Low and no range
	First, Last       bool
}

type removedRow struct{ Code, Title string }

// shareLine is what a dimension is of the whole, and its bar, in hundredths: up
// to the least share that the ranges allow, from there to the most, and between
// them the share that counts.
type shareLine struct {
	Title, Kind, Weight, Share, Range, To string
	From, Width, Middle                   string
}

func dimensionAddress(version, code string) string {
	return version + "/dimensions/" + url.PathEscape(code)
}

// sharesOf is nil where the weights make no shares, as while they are being
// typed.
func sharesOf(f frameworks.Framework, at string) []shareLine {
	var low, high, middle float64
	for _, d := range f.Dimensions {
		low, high, middle = low+d.Weight.Low, high+d.Weight.High, middle+d.Weight.Midpoint()
	}
	if !(middle > 0) {
		return nil
	}
	var lines []shareLine
	for _, d := range f.Dimensions {
		w := d.Weight
		least, most := shareOf(w.Low, high-w.High), shareOf(w.High, low-w.Low)
		line := shareLine{
			Title: d.Title, Kind: string(d.Kind), Weight: w.String(), Share: percent(w.Midpoint() / middle), To: dimensionAddress(at, d.Code),
			Middle: hundredth(w.Midpoint() / middle), From: hundredth(least), Width: hundredth(most - least),
		}
		if most-least > 0.0005 {
			line.Range = percent(least) + " to " + percent(most)
		}
		lines = append(lines, line)
	}
	return lines
}

// shareOf is a weight's part of itself and the others.
func shareOf(weight, others float64) float64 {
	if weight+others <= 0 {
		return 0
	}
	return weight / (weight + others)
}

func hundredth(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }

func (p *pages) askWeights(c *call) (page, error) {
	f, err := p.draft(c)
	if err != nil {
		return nil, err
	}
	return p.weightsPage(c, f, rowsOf(f.Document), nil), nil
}

func rowsOf(f frameworks.Framework) []weightRow {
	var rows []weightRow
	for _, d := range f.Dimensions {
		row := weightRow{Code: d.Code, Low: frameworks.FormatScore(d.Weight.Low)}
		if !d.Weight.IsFixed() {
			row.High = frameworks.FormatScore(d.Weight.High)
		}
		rows = append(rows, row)
	}
	return rows
}

// weightsPage shows the rows. A dimension that is neither among them nor removed
// was added from somewhere else meanwhile: it goes to their end.
func (p *pages) weightsPage(c *call, f store.Framework, rows []weightRow, removed []string) weightsPage {
	shown := weightsPage{frameworkForm: p.frameworkForm(c, f, "Weights and order", "weights")}
	shown.Add = shown.Framework.To + "/add"
	for _, row := range rowsOf(f.Document) {
		if !slices.Contains(removed, row.Code) && !slices.ContainsFunc(rows, func(r weightRow) bool { return r.Code == row.Code }) {
			rows = append(rows, row)
		}
	}
	for i, row := range rows {
		d, _ := dimensionOf(f.Document, row.Code)
		row.N, row.First, row.Last = i, i == 0, i == len(rows)-1
		row.Title, row.Kind = d.Title, string(d.Kind)
		shown.Rows = append(shown.Rows, row)
	}
	for _, code := range removed {
		if d, ok := dimensionOf(f.Document, code); ok {
			shown.Removed = append(shown.Removed, removedRow{d.Code, d.Title})
		}
	}
	if document, err := weighted(f.Document, shown.Rows); err == nil && document.Validate() == nil {
		shown.Shares = sharesOf(document, shown.Framework.To)
	}
	return shown
}

func dimensionOf(f frameworks.Framework, code string) (frameworks.Dimension, bool) {
	at := slices.IndexFunc(f.Dimensions, func(d frameworks.Dimension) bool { return d.Code == code })
	if at < 0 {
		return frameworks.Dimension{}, false
	}
	return f.Dimensions[at], true
}

// typedRows are the rows as they stand in the form, without what is no
// dimension of the draft any more.
func typedRows(fields url.Values, f frameworks.Framework) []weightRow {
	var rows []weightRow
	for i := 0; fields.Has("code." + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		row := weightRow{Code: fields.Get("code." + n), Low: typedText(fields, "low."+n), High: typedText(fields, "high."+n)}
		twice := slices.ContainsFunc(rows, func(r weightRow) bool { return r.Code == row.Code })
		if _, ok := dimensionOf(f, row.Code); ok && !twice {
			rows = append(rows, row)
		}
	}
	return rows
}

// weighted is the framework with the rows' order and weights.
func weighted(f frameworks.Framework, rows []weightRow) (frameworks.Framework, error) {
	var wrong fault.List
	was := f
	f.Dimensions = nil
	for i, row := range rows {
		d, _ := dimensionOf(was, row.Code)
		d.Weight = frameworks.Fixed(typedNumber(&wrong, "low."+strconv.Itoa(i), row.Low))
		if row.High != "" {
			d.Weight.High = typedNumber(&wrong, "high."+strconv.Itoa(i), row.High)
		}
		f.Dimensions = append(f.Dimensions, d)
	}
	return f, wrong.Err("the weights were not saved")
}

// saveWeights keeps the list, or shows it with a row moved, removed or put back.
func (p *pages) saveWeights(c *call) error {
	fields, f, err := p.typedDraft(c)
	if err != nil {
		return err
	}
	rows, removed := typedRows(fields, f.Document), fields["removed"]
	switch then, which, _ := strings.Cut(fields.Get("then"), "."); then {
	case "save":
		return p.keepWeights(c, fields, f, rows, removed)
	case "back":
		removed = slices.DeleteFunc(removed, func(code string) bool { return code == which })
	case "remove":
		removed = append(removed, which)
		rows = slices.DeleteFunc(rows, func(r weightRow) bool { return r.Code == which })
	default:
		moved(rows, then, which)
	}
	shown := p.weightsPage(c, f, rows, removed)
	shown.Unsaved = true
	shown.Revision, err = number(fields.Get("revision"))
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, shown)
}

// moved exchanges an item with the one before or after it.
func moved[T any](items []T, direction, which string) {
	i, err := strconv.Atoi(which)
	j := i - 1
	if direction == "down" {
		j = i + 1
	}
	if err == nil && min(i, j) >= 0 && max(i, j) < len(items) && (direction == "up" || direction == "down") {
		items[i], items[j] = items[j], items[i]
	}
}

func (p *pages) keepWeights(c *call, fields url.Values, f store.Framework, rows []weightRow, removed []string) error {
	shown := p.weightsPage(c, f, rows, removed)
	document, err := weighted(f.Document, rows)
	if err == nil {
		err = p.keep(c, fields, f, document)
	}
	if err == nil {
		return c.Redirect(http.StatusSeeOther, shown.Framework.To+"?saved=yes#weights")
	}
	status, err := shown.complain(err, func(where string) string {
		var i int
		if scanned(where, "dimensions[%d].weight", &i) {
			return "low." + strconv.Itoa(i)
		}
		if strings.HasPrefix(where, "low.") || strings.HasPrefix(where, "high.") {
			return where
		}
		return "main"
	})
	if err != nil {
		return err
	}
	for i, f := range shown.Fields {
		var n int
		if _, place, _ := strings.Cut(f.Field, "."); scanned(place, "%d", &n) && n < len(shown.Rows) {
			shown.Fields[i].Message = shown.Rows[n].Title + ": " + f.Message
		}
	}
	return p.show(c, status, shown)
}
