package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

	"appointable/internal/store"
	"appointable/selection"
)

// TestTheChairLeadsTheCampaign closes scoring with a reason, closes moderation,
// reads the ranking and records the decision, asked for the password where that
// is hard to undo.
func TestTheChairLeadsTheCampaign(t *testing.T) {
	w := newWard(t, 2)
	w.submitAll("R1")
	w.submitAll("R2")
	v := w.visitor(t, "R1")
	v.signIn("r1")
	for _, page := range []string{"help", "accessibility", "privacy"} {
		v.open("/t/northgate/" + page)
		v.looks(page)
	}
	v.open("/t/northgate/campaigns/" + code)
	v.press("Close scoring")
	v.sees("Why scoring closes now")
	v.looks("close scoring")
	v.do(chromedp.SendKeys("#reason", "R3 was called to theatre", chromedp.ByQuery))
	v.press("Close scoring and open the marks")
	v.sees("R3 was called to theatre")
	v.press("Close moderation")
	v.sees("The marks are fixed for good")
	v.looks("close moderation")
	v.press("Fix the marks and rank the candidates")
	v.sees("See the ranking")
	v.press("See the ranking")
	v.sees("The rules, as they were locked")
	v.looks("ranking")
	v.open("/t/northgate/campaigns/" + code)
	v.press("Record the decision")
	v.sees("Record the panel’s decision")
	v.press("Record this decision")
	v.sees("C01 has no finding")
	v.sees("The justification is empty")
	v.looks("decision with mistakes")
	v.do(
		chromedp.Click(`[id="yes.C01"]`, chromedp.ByQuery), chromedp.Click(`[id="no.C02"]`, chromedp.ByQuery),
		chromedp.SendKeys(`[id="reason.C02"]`, "did not escalate", chromedp.ByQuery), chromedp.SendKeys(`[id="reason.C01"]`, "met the standard throughout", chromedp.ByQuery),
		chromedp.Click(`[id="appointed.C01"]`, chromedp.ByQuery), chromedp.SendKeys("#justification", "the stronger plan for the service", chromedp.ByQuery),
		chromedp.SendKeys("#departure", "the panel weighed escalation more than the marks do", chromedp.ByQuery),
	)
	v.press("Record this decision")
	v.sees("the stronger plan for the service")
	v.looks("decided")
}

// submitAll fills in every sheet of a member, by the store.
func (w *ward) submitAll(rater string) {
	w.t.Helper()
	who := w.member(rater)
	sheets, err := w.db.Sheets(w.t.Context(), who, code, store.SheetName{Rater: rater}, 100)
	w.must(err)
	for i, s := range sheets {
		if s.Rater != rater {
			continue
		}
		sheet := w.kept(rater, s.Candidate, s.Exercise)
		for j := range sheet.Marks {
			score := float64(4 + (i+j)%3)
			sheet.Marks[j] = selection.Mark{Criterion: sheet.Marks[j].Criterion, Score: &score, Evidence: "said and done"}
		}
		_, err := w.db.SubmitSheet(w.t.Context(), who, code, s.SheetName, 0, store.Key{}, sheet.Marks)
		w.must(err)
	}
}
