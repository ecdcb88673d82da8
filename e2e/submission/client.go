package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// http lets the client process submit sheets for a while and returns
// submissions a second and database round trips a submission.
func (s *site) http(ctx context.Context, length time.Duration) (rate, trips float64, err error) {
	before, err := s.trips(ctx)
	if err != nil {
		return 0, 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, self, "client", "-base", "http://"+s.address, "-tokens", strings.Join(s.tokens, ","),
		"-from", strconv.Itoa(s.httpDone), "-candidates", strconv.Itoa(s.candidates), "-for", length.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, fmt.Errorf("client: %w", err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		return 0, 0, fmt.Errorf("client: %w", err)
	}
	s.httpDone += r.Most
	after, err := s.trips(ctx)
	return float64(r.Done) / r.Seconds, (after - before) / float64(r.Done), err
}

// report is what the client process prints.
type report struct {
	Done    int     `json:"done"`
	Most    int     `json:"most"` // by one client
	Seconds float64 `json:"seconds"`
}

// client is the process that submits: one goroutine a client, each with a
// connection and a session of its own.
func client(ctx context.Context) error {
	flags := flag.NewFlagSet("client", flag.ExitOnError)
	base := flags.String("base", "", "")
	tokens := flags.String("tokens", "", "")
	from := flags.Int("from", 0, "")
	candidates := flags.Int("candidates", 0, "")
	length := flags.Duration("for", 0, "")
	_ = flags.Parse(os.Args[2:]) // exits by itself

	ctx, cancel := context.WithTimeout(ctx, *length)
	defer cancel()
	var wg sync.WaitGroup
	var r report
	var mu sync.Mutex
	var failed error
	began := time.Now() //nolint:forbidigo // a benchmark reads the machine's clock
	for i, token := range strings.Split(*tokens, ",") {
		wg.Go(func() {
			p := poster{base: *base, cookie: "appointable=" + trust + "." + token, rater: "R" + strconv.Itoa(i), candidates: *candidates,
				http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}}
			done, err := p.submitAll(ctx, *from)
			mu.Lock()
			defer mu.Unlock()
			r.Done, r.Most, failed = r.Done+done, max(r.Most, done+1), errors.Join(failed, err)
		})
	}
	wg.Wait()
	r.Seconds = time.Since(began).Seconds()
	if failed != nil {
		return failed
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

type poster struct {
	base, cookie, rater string
	candidates          int
	http                *http.Client
}

// submitAll submits one sheet after the other until the time is over.
func (p *poster) submitAll(ctx context.Context, from int) (done int, err error) {
	body := sheetBody()
	for i := from; ; i++ {
		if i >= 2*p.candidates {
			return done, errors.New("the campaign has too few sheets for this length; raise -candidates")
		}
		err := p.submit(ctx, i, body)
		switch {
		case ctx.Err() != nil:
			return done, nil //nolint:nilerr // the time is over: whatever it broke off is no failure
		case err != nil:
			return done, err
		}
		done++
	}
}

func (p *poster) submit(ctx context.Context, i int, body []byte) error {
	url := fmt.Sprintf("%s/api/v1/t/%s/campaigns/%s/sheets/%s/%s/e%d/submit", p.base, trust, campaign, p.rater, candidate(i%p.candidates), i/p.candidates)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Cookie", p.cookie)
	request.Header.Set("If-Match", `"1"`)
	request.Header.Set("Idempotency-Key", "h"+strconv.Itoa(i))
	answer, err := p.http.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusCreated {
		err = fmt.Errorf("%s: %s", answer.Status, text)
	}
	return err
}

const evidence = "Asked the nurse's view at minute 3; changed scan order; did not agree who would ring the family."

// sheetBody is a sheet of four marks with a note each.
func sheetBody() []byte {
	_, c := plan()
	type mark struct {
		Criterion string  `json:"criterion"`
		Score     float64 `json:"score"`
		Evidence  string  `json:"evidence"`
	}
	var sheet struct {
		Marks []mark `json:"marks"`
	}
	for _, criterion := range c.Exercises[0].Criteria {
		sheet.Marks = append(sheet.Marks, mark{criterion, 5, evidence})
	}
	body, err := json.Marshal(sheet)
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return body
}
