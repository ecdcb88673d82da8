package browser

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

var picturesTo = flag.String("pictures", "", "make the pictures of README and docs/guides anew, in this folder")

// TestPictures makes the pictures of README and guides: `make pictures`. In
// every other run it sees that what they show is still there.
func TestPictures(t *testing.T) {
	w := newTrust(t)
	r, _, err := round.ReadFS(t.Context(), os.DirFS("../../cmd/appointable/demo"))
	w.must(err)
	_, err = w.db.Import(t.Context(), store.Operator(w.trust.ID), store.Key{}, r)
	w.must(err)
	_, err = w.db.Rank(t.Context(), w.officer, code, selection.DefaultSettings())
	w.must(err)
	w.person("auditor", access.Auditor)
	w.browser = chromium(t)
	v := w.visitor(t, "officer")
	v.signIn("officer")
	v.open("/t/northgate/campaigns/" + code)
	v.picture("campaign", "main section.inset")
	v.open("/t/northgate/campaigns/" + code + "/ranking")
	v.picture("intervals", "figure")
	v.picture("ranks", "table.heat")
	v.open("/t/northgate/campaigns/" + code + "/decision")
	v.picture("decision", "fieldset.criterion")

	scoring := newWard(t, 1)
	m := scoring.visitor(t, "R1")
	m.signIn("r1")
	m.open("/t/northgate/campaigns/" + code)
	m.picture("own-sheets", "section[aria-labelledby=own]")
	m.open("/t/northgate/campaigns/" + code + "/sheets/C01/interview-a/part/safety")
	m.fillPart("5", "Asked the nurse’s view at minute 3.")
	m.sees("Saved ")
	m.picture("marks", "form.sheet .criterion")
	m.open("/t/northgate/campaigns/" + code + "/sheets/C01/interview-a/check")
	m.picture("check", "main section.checked")
}

// picture sees one part of a page, and keeps it where it is asked to.
func (v *visitor) picture(name, selector string) {
	v.t.Helper()
	v.do(emulation.SetDeviceMetricsOverride(1000, 900, 1, false), chromedp.WaitVisible(selector, chromedp.ByQuery))
	var picture []byte
	v.do(chromedp.Screenshot(selector, &picture, chromedp.ByQuery))
	if len(picture) < 1000 {
		v.t.Errorf("the picture %s has %d bytes", name, len(picture))
	}
	if *picturesTo == "" {
		return
	}
	v.w.must(os.MkdirAll(*picturesTo, 0o755))
	v.w.must(os.WriteFile(filepath.Join(*picturesTo, name+".png"), picture, 0o600))
}
