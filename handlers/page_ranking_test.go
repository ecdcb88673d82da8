package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"appointable/internal/access"
	"appointable/internal/store"
	"appointable/selection"
)

func TestNoRankingBeforeModerationCloses(t *testing.T) {
	w := newWorld(t)
	p := w.revealed("C1", "C2")
	const path = "/campaigns/CARD-1/ranking"
	for _, who := range []*client{p.officer, p.auditor, p.members["R1"], p.members["R2"]} {
		d := who.page(path)
		contains(t, d.main(), "There is no ranking yet, and nobody can see one.")
		contains(t, d.main(), "This campaign is in the phase Moderation .")
		equal(t, len(d.all("table")), 0)
		equal(t, len(d.all("form")), 1) // to sign out; no button to rank
		who.visit(post, "/t/northgate"+path, url.Values{}).want(http.StatusConflict)
		who.visit(get, "/t/northgate"+path+"/C1", nil).want(http.StatusConflict)
	}
	p.members["R1"].do(post, "/campaigns/CARD-1/close-moderation", nil).want(200)
	for _, who := range []*client{p.officer, p.auditor, p.members["R2"]} {
		equal(t, len(who.page(path).rows("Candidates in the order")), 2)
	}
	p.administrator.visit(get, "/t/northgate"+path, nil).want(http.StatusForbidden)
}

func TestRankingSaysNothingAboutSealedMarks(t *testing.T) {
	w := newWorld(t)
	p := w.scoring("C1", "C2")
	const path = "/campaigns/CARD-1/ranking"
	before := p.members["R2"].page(path)
	p.members["R1"].do(post, sampleSheet+"R1/C1/interview/submit", sampleMarks(1, 7)).want(200)
	if !bytes.Equal(before.body, p.members["R2"].page(path).body) {
		t.Error("the page before the ranking changes with what others mark")
	}
}

// TestRankingAfterImport starts where nobody has ranked yet.
func TestRankingAfterImport(t *testing.T) {
	w := newWorld(t)
	r := w.example(nil)
	officer := w.person("officer", access.RecruitmentOfficer)
	path := "/campaigns/" + r.Campaign.Code + "/ranking"
	contains(t, officer.page(path).main(), "the candidates have not been ranked yet")
	officer.visit(get, "/t/northgate"+path+"/C01", nil).want(http.StatusNotFound)
	done := officer.visit(post, "/t/northgate"+path, url.Values{})
	done.want(http.StatusSeeOther)
	equal(t, done.header.Get("Location"), "/t/northgate"+path)

	d := officer.page(path)
	want, err := selection.Rank(t.Context(), r, selection.DefaultSettings())
	w.must(err)
	rows, figures := d.rows("Candidates in the order"), d.rows("The panel’s figures")
	equal(t, len(rows), len(want.Candidates))
	for i, place := range want.Candidates {
		gate, _ := gateWords(place.Gate)
		contains(t, rows[i][1], place.Candidate)
		contains(t, strings.Join(rows[i], " "), figure(place.PanelMean)+" "+figure(place.ValuesMean))
		contains(t, strings.Join(rows[i], " "), gate)
		equal(t, strings.Fields(rows[i][0])[0], rankWords(place, want))
		for k, dimension := range place.Dimensions {
			equal(t, strings.Fields(figures[i][k+1])[0], figure(dimension.PanelMean))
		}
		part := d.section(place.Candidate + ": rank")
		for _, reason := range place.Reasons {
			contains(t, part, reason)
		}
		if place.Difference == "" || !slices.Contains(place.Reasons, place.Difference) {
			t.Errorf("%s: no reason why the two orders differ in %q", place.Candidate, place.Reasons)
		}
		contains(t, d.section("The adjusted order, as advice"), place.Difference)
	}
	equal(t, rows[2][1], "C03 Equal with C04; decided by Safety")
	for _, warning := range want.Warnings {
		contains(t, d.section("Important: What to keep in mind"), warning)
	}
	equal(t, fmt.Sprint(d.rows("PERS-A persistence, for information: it is in no figure")[0]), "[C01 52 ± 4.7]")
	contains(t, d.main(), want.Inputs)
	contains(t, d.main(), "The panel decides")
	equal(t, len(d.all("circle")), len(want.Candidates))
	d.checkDownload(officer, want)
}

// checkDownload follows the link to the ranking's JSON.
func (d document) checkDownload(who *client, want selection.Ranking) {
	d.t.Helper()
	for _, a := range d.all("a") {
		if _, ok := attribute(a, "download"); ok {
			to, _ := attribute(a, "href")
			got := who.visit(get, to, nil)
			got.want(http.StatusOK)
			if !bytes.Equal(got.body, want.JSON()) {
				d.t.Error("the download is not the ranking")
			}
			return
		}
	}
	d.t.Error("no download")
}

func TestSharedRanksAndNoComposite(t *testing.T) {
	w := newWorld(t)
	r := w.example(func(r *selection.Round) {
		r.Campaign.Rank.Ties = nil
		// Nobody saw C06 on safety.
		r.Ratings = slices.DeleteFunc(r.Ratings, func(m selection.Rating) bool {
			return m.Candidate == "C06" && strings.HasPrefix(m.Criterion, "safety.")
		})
	})
	officer := w.person("officer", access.RecruitmentOfficer)
	path := "/campaigns/" + r.Campaign.Code + "/ranking"
	officer.visit(post, "/t/northgate"+path, url.Values{}).want(http.StatusSeeOther)
	d := officer.page(path)
	rows := d.rows("Candidates in the order")
	equal(t, rows[2][0][:2]+rows[3][0][:2], "3=3=")
	equal(t, rows[2][1], "C03 Equal with C04; rank shared")
	contains(t, strings.Join(rows[5], " "), "C06")
	contains(t, strings.Join(rows[5], " "), "none none")
	equal(t, strings.Fields(d.rows("The panel’s figures")[5][1])[0], "none")
	contains(t, d.main(), "C06: no composite")
	equal(t, len(d.all("circle")), 5)
	contains(t, d.section("C06: rank none"), "Safety: there is no mark that counts")
	contains(t, officer.page(path+"/C06").main(), "Safety there is no mark that counts")
}

// TestWorkingCanBeDoneByHand does every sum on the page again and looks for
// each result where it is used.
func TestWorkingCanBeDoneByHand(t *testing.T) {
	w := newWorld(t)
	r := w.example(nil)
	officer := w.person("officer", access.RecruitmentOfficer)
	path := "/campaigns/" + r.Campaign.Code + "/ranking"
	officer.visit(post, "/t/northgate"+path, url.Values{}).want(http.StatusSeeOther)
	ranked, err := w.db.LatestRanking(t.Context(), store.Operator(w.trust.ID), r.Campaign.Code)
	w.must(err)
	var want selection.Ranking
	w.must(json.Unmarshal(ranked.Result, &want))
	all := officer.page(path)
	for _, place := range want.Candidates {
		one := officer.page(path + "/" + place.Candidate)
		equal(t, fmt.Sprint(one.rows("Composite of "+place.Candidate)), fmt.Sprint(all.rows("Composite of "+place.Candidate)))
		contains(t, one.main(), "Anybody can work the panel’s points out again by hand, from the marks to the composite. The adjusted points come from the model; they add up, but cannot be worked out by hand.")
		points := one.rows("Composite of " + place.Candidate)
		sum := 0.0
		for i, line := range points[:len(points)-1] {
			sum += read(t, line[3])
			near(t, read(t, line[1])*read(t, line[2]), read(t, line[3]))
			near(t, read(t, line[1]), *place.Dimensions[i].PanelMean)
		}
		near(t, sum, *place.PanelMean)
		near(t, read(t, points[len(points)-1][1]), *place.PanelMean)
		lines := one.rows("From marks to figures")
		for _, line := range lines {
			sums(t, line[1])
		}
		for _, dd := range one.all("dd") {
			if text := words(dd); strings.Contains(text, " = ") {
				sums(t, text)
			}
		}
	}
	officer.visit(get, "/t/northgate"+path+"/C99", nil).want(http.StatusNotFound)
	officer.visit(get, "/t/northgate"+path+"/C07", nil).want(http.StatusNotFound) // not interviewed
}

// sums does a sum such as "R1 4, R2 5: 9 ÷ 2 = 4.5" and the marks in front of
// it.
func sums(t *testing.T, text string) {
	t.Helper()
	marks, sum, found := strings.Cut(text, ": ")
	if !found {
		marks, sum = "", text
	}
	sum, _, _ = strings.Cut(sum, " (kept")
	left, right, equation := strings.Cut(sum, " = ")
	if !equation {
		return // a figure that is its own mean
	}
	near(t, (&abacus{t: t, rest: left}).sum(), read(t, right))
	if strings.HasPrefix(marks, "R") {
		total := 0.0
		for _, mark := range strings.Split(marks, ", ") {
			total += read(t, strings.Fields(mark)[1])
		}
		first, _, _ := strings.Cut(left, " ")
		near(t, total, read(t, first))
	}
}

func read(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.Replace(text, "−", "-", 1), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// near allows for what four decimals leave out.
func near(t *testing.T, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 3e-4 {
		t.Errorf("a person comes to %v where the page says %v", got, want)
	}
}

// abacus works a sum out as a person would: brackets, then × and ÷, then + and
// −.
type abacus struct {
	t    *testing.T
	rest string
}

func (a *abacus) next() rune {
	a.rest = strings.TrimLeft(a.rest, " ")
	r, _ := utf8.DecodeRuneInString(a.rest)
	return r
}

func (a *abacus) take(r rune) { a.rest = a.rest[utf8.RuneLen(r):] }

func (a *abacus) sum() float64 {
	x := a.product()
	for {
		switch sign := a.next(); sign {
		case '+':
			a.take(sign)
			x += a.product()
		case '−':
			a.take(sign)
			x -= a.product()
		default:
			return x
		}
	}
}

func (a *abacus) product() float64 {
	x := a.term()
	for {
		switch sign := a.next(); sign {
		case '×':
			a.take(sign)
			x *= a.term()
		case '÷':
			a.take(sign)
			x /= a.term()
		default:
			return x
		}
	}
}

func (a *abacus) term() float64 {
	if a.next() == '(' {
		a.take('(')
		x := a.sum()
		if a.next() != ')' {
			a.t.Fatalf("no closing bracket before %q", a.rest)
		}
		a.take(')')
		return x
	}
	end := strings.IndexFunc(a.rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(a.rest)
	}
	x := read(a.t, a.rest[:end])
	a.rest = a.rest[end:]
	return x
}

// TestWorkingHasAPageOfItsOwn follows the link in each candidate's card.
func TestWorkingHasAPageOfItsOwn(t *testing.T) {
	w := newWorld(t)
	r := w.example(nil)
	officer := w.person("officer", access.RecruitmentOfficer)
	path := "/campaigns/" + r.Campaign.Code + "/ranking"
	officer.visit(post, "/t/northgate"+path, url.Values{}).want(http.StatusSeeOther)
	d := officer.page(path)
	found := 0
	for _, a := range d.all("a") {
		if text, ok := strings.CutPrefix(words(a), "Show the working, mark by mark , "); ok {
			to, _ := attribute(a, "href")
			contains(t, officer.visit(get, to, nil).main(), "From marks to figures, "+text)
			found++
		}
	}
	equal(t, found, len(d.rows("Candidates in the order")))
}

func TestDecisionIsShown(t *testing.T) {
	w := newWorld(t)
	r := w.example(nil)
	officer := w.person("officer", access.RecruitmentOfficer)
	path := "/campaigns/" + r.Campaign.Code
	officer.visit(post, "/t/northgate"+path+"/ranking", url.Values{}).want(http.StatusSeeOther)
	w.decide(officer, r.Campaign.Code, "Because. ")
	for _, at := range []string{path, path + "/ranking"} {
		d := officer.page(at)
		text := d.section("The panel’s decision")
		for _, part := range []string{"Appointed C02", "Reserves, in this order C01, then C03", "Because. justified", "Because. departure", "Dissent of R6 Because. dissent"} {
			contains(t, text, part)
		}
		equal(t, fmt.Sprint(d.rows("What the panel found")[5]), "[C06 Not appointable Because. found]")
	}
	contains(t, officer.page(path).section("What happens next"), "Nobody needs to act here.")
}
