package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"appointable/frameworks"
	"appointable/internal/localpg"
	"appointable/internal/store"
	"appointable/selection"
)

const (
	database = "submission"
	campaign = "NATIONAL-1"
	trust    = "bench"
)

// site is a durable PostgreSQL with one large campaign in scoring, and the
// service in front of it as a process.
type site struct {
	dir        string
	pg         *localpg.Server
	db         *store.DB
	trust      store.Trust
	tokens     []string // a session for each client
	candidates int
	service    *exec.Cmd
	address    string
	metrics    string

	httpDone, pgbenchDone int // sheets of each client used up, from the first on and from the last on
}

func newSite(ctx context.Context, candidates int) (*site, error) {
	s := &site{candidates: candidates}
	for _, step := range []func(context.Context) error{s.startPostgres, s.fill, s.serve} {
		if err := step(ctx); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *site) startPostgres(ctx context.Context) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "appointable-submission-"); err != nil {
		return err
	}
	if err := os.Chmod(s.dir, 0o755); err != nil { // as root PostgreSQL runs as somebody else
		return err
	}
	if s.pg, err = localpg.Start(ctx, localpg.Options{Dir: filepath.Join(s.dir, "pg")}); err != nil {
		return err
	}
	if err := store.EnsureDatabase(ctx, s.pg.DSN("postgres", "postgres"), database); err != nil {
		return err
	}
	return store.Prepare(ctx, s.pg.DSN("postgres", database), s.pg.DSN("appointable_migrate", database))
}

// fill makes the trust, its people and a campaign with a draft sheet for every
// candidate, exercise and client.
func (s *site) fill(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "Making the campaign …")
	owner, err := store.Open(ctx, s.pg.DSN("appointable_migrate", database), store.Options{MaxConns: 2})
	if err != nil {
		return err
	}
	s.trust, err = owner.CreateTrust(ctx, trust, "Benchmark", false)
	_ = owner.Close()
	if err != nil {
		return err
	}
	if s.db, err = store.Open(ctx, s.pg.DSN("appointable_web", database), store.Options{}); err != nil {
		return err
	}
	who := store.Operator(s.trust.ID)
	f, c := plan()
	if _, err := s.db.CreateFramework(ctx, who, store.Key{}, f); err != nil {
		return err
	}
	if _, err := s.db.PublishFramework(ctx, who, f.Code, f.Version, 0); err != nil {
		return err
	}
	if _, err := s.db.CreateCampaign(ctx, who, store.Key{}, store.NewCampaign{Framework: f.Code, Version: f.Version, Document: c}); err != nil {
		return err
	}
	for i := range clients {
		p, err := s.db.AddPerson(ctx, who, store.Key{}, store.Person{Username: "rater" + strconv.Itoa(i), DisplayName: "Rater"})
		if err != nil {
			return err
		}
		if _, err := s.db.FillSeat(ctx, who, campaign, c.Panel[i].Rater, p.Username); err != nil {
			return err
		}
		token, err := s.db.StartSession(ctx, s.trust.ID, p.ID)
		if err != nil {
			return err
		}
		s.tokens = append(s.tokens, string(token))
	}
	people := make([]selection.Candidate, s.candidates)
	for i := range people {
		people[i] = selection.Candidate{Code: candidate(i), Interviewed: selection.Yes}
	}
	if _, err := s.db.AddCandidates(ctx, who, campaign, store.Key{}, people); err != nil {
		return err
	}
	_, err = s.db.OpenScoring(ctx, who, campaign, 0)
	return err
}

func candidate(i int) string { return fmt.Sprintf("C%06d", i) }

// plan is two exercises of four criteria.
func plan() (frameworks.Framework, selection.Campaign) {
	f := frameworks.Framework{Code: "values", Version: 1, Title: "Values", Scale: frameworks.Scale{Min: 1, Max: 7, Step: 1}}
	var criteria []string
	for _, d := range []string{"safety", "kindness", "teamwork", "improving"} {
		code := d + ".seen"
		criteria = append(criteria, code)
		f.Dimensions = append(f.Dimensions, frameworks.Dimension{
			Code: d, Kind: frameworks.Value, Title: d, Weight: frameworks.Fixed(25),
			Criteria: []frameworks.Criterion{{Code: code, Statement: "Shows it", Anchors: frameworks.Anchors{
				{Score: 1, Text: "never"}, {Score: 4, Text: "sometimes"}, {Score: 7, Text: "always"}}}},
		})
	}
	c := selection.Campaign{
		Code: campaign, Title: "National round", Post: selection.Post{Type: selection.Consultant, Posts: 100},
		Exercises: []selection.Exercise{
			{Code: "e0", Method: selection.StructuredInterview, Criteria: criteria},
			{Code: "e1", Method: selection.Simulation, Criteria: criteria},
		},
	}
	for i := range clients {
		c.Panel = append(c.Panel, selection.Member{Rater: "R" + strconv.Itoa(i), Role: selection.PlainMember, Chair: i == 0})
	}
	return f, c
}

// serve starts the real program as a user would, on the same socket.
func (s *site) serve(ctx context.Context) error {
	program := filepath.Join(s.dir, "appointable")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/appointable")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build: %w", err)
	}
	var err error
	if s.address, err = freeAddress(ctx); err != nil {
		return err
	}
	if s.metrics, err = freeAddress(ctx); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, "service.log"))
	if err != nil {
		return err
	}
	s.service = exec.CommandContext(ctx, program, "serve")
	s.service.Env = append(os.Environ(), "DATABASE_URL="+s.pg.DSN("appointable_web", database), "LISTEN="+s.address, "METRICS_LISTEN="+s.metrics, "WRITE_LIMIT=0")
	s.service.Stdout, s.service.Stderr = log, log
	s.service.Cancel = func() error { return s.service.Process.Signal(os.Interrupt) }
	if err := s.service.Start(); err != nil {
		return err
	}
	return s.ready(ctx)
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}

func (s *site) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		if _, err := fetch(ctx, "http://"+s.address+"/readyz"); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the service did not become ready; see %s", filepath.Join(s.dir, "service.log"))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func fetch(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, answer.Status)
	}
	return string(body), err
}

// trips reads the service's own count of round trips to the database.
func (s *site) trips(ctx context.Context) (float64, error) {
	body, err := fetch(ctx, "http://"+s.metrics+"/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(body) {
		if value, ok := strings.CutPrefix(line, "appointable_database_round_trips_total "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, errors.New("the metrics have no count of round trips")
}

func (s *site) close() {
	if s.service != nil && s.service.Process != nil {
		_ = s.service.Process.Signal(os.Interrupt)
		_ = s.service.Wait()
	}
	if s.db != nil {
		_ = s.db.Close()
	}
	if s.pg != nil {
		_ = s.pg.Stop(context.Background())
	}
	_ = os.RemoveAll(s.dir)
}
