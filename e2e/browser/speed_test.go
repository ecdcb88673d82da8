package browser

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"appointable/internal/access"
	"appointable/internal/round"
	"appointable/internal/store"
	"appointable/selection"
)

// quick is what a page may take; by default ten times what is promised, since
// tests share their machine. On a quiet one give -quick 50ms.
var quick = flag.Duration("quick", 500*time.Millisecond, "what a page may take, in the middle of fifty times")

const heaviest = 100_000 // bytes of a page with all that it loads

// surfer reads pages over HTTP, without a browser's own work.
type surfer struct {
	t      *testing.T
	client http.Client
	url    string
}

func (w *ward) surfer(t *testing.T, username string) *surfer {
	t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	s := &surfer{t: t, client: http.Client{Jar: jar}, url: w.url}
	answer, err := s.client.PostForm(w.url+"/t/northgate/sign-in", url.Values{"username": {username}, "password": {password}})
	w.must(err)
	w.must(answer.Body.Close())
	return s
}

func (s *surfer) read(path string) string {
	s.t.Helper()
	answer, err := s.client.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || strings.HasSuffix(answer.Request.URL.Path, "/sign-in") {
		s.t.Fatalf("%s: %v, %d at %s", path, err, answer.StatusCode, answer.Request.URL)
	}
	return string(body)
}

var assets = regexp.MustCompile(`"(/assets/[^"]+)"`)

// weight is that of a page with all that it loads.
func (s *surfer) weight(path string) int {
	page := s.read(path)
	total := len(page)
	for _, a := range assets.FindAllStringSubmatch(page, -1) {
		total += len(s.read(a[1]))
	}
	return total
}

// median is what a page takes in the middle of fifty times, the way there and
// back over loopback included.
func (s *surfer) median(path string) time.Duration {
	var took []time.Duration
	for range 50 {
		began := time.Now()
		s.read(path)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// TestPagesAreQuick in a campaign of 60 candidates and 8 raters.
func TestPagesAreQuick(t *testing.T) {
	w := newTrust(t)
	w.openLarge(60, 8)
	s := w.surfer(t, "r1")
	for _, path := range []string{"", "/sheets/C30/interview-a/part/safety", "/sheets/C30/interview-a/check", "/exercises/interview-a/blank"} {
		at := "/t/northgate/campaigns/" + code + path
		median, weight := s.median(at), s.weight(at)
		t.Logf("%-40s %6.1f ms %7d bytes", path, float64(median.Microseconds())/1000, weight)
		if median > *quick {
			t.Errorf("%s takes %s", at, median)
		}
	}
}

// openLarge takes the plan of the example with as many candidates and raters.
func (w *ward) openLarge(candidates, raters int) {
	w.t.Helper()
	r, _, err := round.ReadFS(w.t.Context(), os.DirFS("../../cmd/appointable/demo"))
	w.must(err)
	r.Ratings, r.Psychometrics, r.Candidates = nil, nil, nil
	for len(r.Campaign.Panel) < raters {
		r.Campaign.Panel = append(r.Campaign.Panel, selection.Member{Rater: fmt.Sprintf("R%d", len(r.Campaign.Panel)+1), Role: selection.PlainMember})
	}
	r.Campaign.Panel = r.Campaign.Panel[:raters]
	for i := range r.Campaign.Panel {
		r.Campaign.Panel[i].Exercises = nil
	}
	for i := range candidates {
		r.Candidates = append(r.Candidates, selection.Candidate{Code: fmt.Sprintf("C%02d", i+1), Applied: selection.Yes, Shortlisted: selection.Yes, Interviewed: selection.Yes})
	}
	c, err := w.db.Import(w.t.Context(), store.Operator(w.trust.ID), store.Key{}, r)
	w.must(err)
	for _, m := range c.Document.Panel {
		username := strings.ToLower(m.Rater)
		w.person(username)
		_, err := w.db.FillSeat(w.t.Context(), w.officer, code, m.Rater, username)
		w.must(err)
	}
	_, err = w.db.OpenScoring(w.t.Context(), w.officer, code, 0)
	w.must(err)
}

// TestPagesAreLight holds the pages of the example to what a ward's network
// brings at once.
func TestPagesAreLight(t *testing.T) {
	w := newTrust(t)
	r, _, err := round.ReadFS(t.Context(), os.DirFS("../../cmd/appointable/demo"))
	w.must(err)
	_, err = w.db.Import(t.Context(), store.Operator(w.trust.ID), store.Key{}, r)
	w.must(err)
	_, err = w.db.Rank(t.Context(), w.officer, code, selection.DefaultSettings())
	w.must(err)
	w.person("auditor", access.Auditor)
	s := w.surfer(t, "officer")
	campaign := "/campaigns/" + code
	for _, path := range []string{"/campaigns", campaign, campaign + "/ranking", campaign + "/ranking/C01", campaign + "/decision", campaign + "/exercises/interview-a/blank", "/help", "/accessibility", "/privacy", "/account"} {
		weight := s.weight("/t/northgate" + path)
		t.Logf("%-50s %7d bytes", path, weight)
		if weight > heaviest {
			t.Errorf("%s weighs %d bytes", path, weight)
		}
	}
}
