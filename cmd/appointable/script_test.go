package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"appointable/internal/audit"
)

// The user stories in testdata/script are plain text, run against the real
// program on a private PostgreSQL of their own.

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"appointable": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "http": httpCommand, "signin": signIn, "ready": ready, "shuffle": shuffle, "damage": damage, "pick": pick,
			"until": until, "untilready": untilReady, "sql": sqlCommand, "outside": outside, "signedby": signedBy,
			"bundle": bundle, "verify-receipt": verifyReceipt,
		},
	})
}

// session is what one script remembers.
type session struct {
	cookies map[string]string // user name → cookie
	keys    int
}

func setUp(env *testscript.Env) error {
	dir, err := os.MkdirTemp("", "appointable-script-")
	if err != nil {
		return err
	}
	env.Defer(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // as root PostgreSQL runs as somebody else
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	_ = listener.Close()
	demo, err := filepath.Abs("demo")
	if err != nil {
		return err
	}
	env.Setenv("DATA_DIR", filepath.Join(dir, "data"))
	env.Setenv("LISTEN", address)
	env.Setenv("DEMO", demo)
	env.Values["session"] = &session{cookies: map[string]string{}}
	return nil
}

// exits CODE program args…: the exact exit status.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// ready waits until the service answers.
func ready(ts *testscript.TestScript, _ bool, _ []string) {
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		answer, err := http.Get("http://" + ts.Getenv("LISTEN") + "/readyz")
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("the service did not become ready")
}

// signin TRUST USER PASSWORD keeps a session under the user's name.
func signIn(ts *testscript.TestScript, _ bool, args []string) {
	body, err := json.Marshal(map[string]string{"username": args[1], "password": args[2]})
	ts.Check(err)
	answer := send(ts, "", http.MethodPost, "/api/v1/t/"+args[0]+"/session", bytes.NewReader(body), nil)
	if answer.StatusCode != http.StatusOK {
		ts.Fatalf("sign in as %s: %s", args[1], answer.Status)
	}
	memory(ts).cookies[args[1]] = strings.Split(answer.Header.Get("Set-Cookie"), ";")[0]
}

// http USER METHOD PATH STATUS [FILE|-]: one request as a user ("-" is nobody),
// its body from a file of the script. The answer's body is its standard
// output. Creating requests get an Idempotency-Key of their own, changing ones
// take whatever version there is.
func httpCommand(ts *testscript.TestScript, _ bool, args []string) {
	var body io.Reader
	header := http.Header{"If-Match": {"*"}}
	if len(args) > 4 {
		body = strings.NewReader(ts.ReadFile(args[4]))
		if strings.HasSuffix(args[4], ".yaml") {
			header.Set("Content-Type", "application/yaml")
		}
		if strings.HasSuffix(args[4], ".zip") {
			header.Set("Content-Type", "application/zip")
		}
	}
	answer := send(ts, args[0], args[1], args[2], body, header)
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	_, err = ts.Stdout().Write(text)
	ts.Check(err)
	if got := strconv.Itoa(answer.StatusCode); got != args[3] {
		ts.Fatalf("%s %s as %s: status %s, want %s\n%s", args[1], args[2], args[0], got, args[3], text)
	}
}

// until USER PATH asks until it is there, and writes the answer's body.
func until(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		answer := send(ts, args[0], http.MethodGet, args[1], nil, nil)
		text, err := io.ReadAll(answer.Body)
		ts.Check(err)
		if answer.StatusCode == http.StatusOK {
			_, err = ts.Stdout().Write(text)
			ts.Check(err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s is not there", args[1])
}

// untilready [-none] TEXT waits until /readyz says a text, or none such.
func untilReady(ts *testscript.TestScript, _ bool, args []string) {
	want := args[len(args)-1]
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		text, err := io.ReadAll(send(ts, "", http.MethodGet, "/readyz", nil, nil).Body)
		ts.Check(err)
		if strings.Contains(string(text), want) == (len(args) == 1) {
			return
		}
	}
	ts.Fatalf("/readyz: waited for %v in vain", args)
}

// sql DATABASE STATEMENT does in the private PostgreSQL what nobody may.
func sqlCommand(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("postgres", "host="+filepath.Join(ts.Getenv("DATA_DIR"), "run")+" port=5432 user=postgres sslmode=disable dbname="+args[0])
	ts.Check(err)
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(err)
}

// outside FILE opens an address to which checkpoints are posted, as
// $CHECKPOINT_POST_URL says; the first and the last that come are FILE.first and
// FILE.last. outside FILE -wait waits for the first.
func outside(ts *testscript.TestScript, _ bool, args []string) {
	first, last := ts.MkAbs(args[0]+".first"), ts.MkAbs(args[0]+".last")
	if len(args) > 1 {
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			if text, err := os.ReadFile(first); err == nil && len(text) > 0 {
				return
			}
		}
		ts.Fatalf("no checkpoint was posted")
	}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, err := os.Stat(first); err != nil {
			_ = os.WriteFile(first, body, 0o600)
		}
		_ = os.WriteFile(last, body, 0o600)
	}))
	ts.Defer(server.Close)
	ts.Setenv("CHECKPOINT_POST_URL", server.URL)
}

// signedby KEYS CHECKPOINT: the checkpoint is signed by the key in the file.
func signedBy(ts *testscript.TestScript, _ bool, args []string) {
	key, err := audit.ParseVerifier(ts.ReadFile(args[0]))
	ts.Check(err)
	_, err = audit.OpenCheckpoint([]byte(ts.ReadFile(args[1])), key)
	ts.Check(err)
}

func send(ts *testscript.TestScript, user, method, path string, body io.Reader, header http.Header) *http.Response {
	request, err := http.NewRequest(method, "http://"+ts.Getenv("LISTEN")+path, body)
	ts.Check(err)
	maps.Copy(request.Header, header)
	if body != nil && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", "application/json")
	}
	m := memory(ts)
	m.keys++
	request.Header.Set("Idempotency-Key", fmt.Sprintf("script-%d", m.keys))
	if cookie, ok := m.cookies[user]; ok {
		request.Header.Set("Cookie", cookie)
	}
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	ts.Defer(func() { _ = answer.Body.Close() })
	return answer
}

func memory(ts *testscript.TestScript) *session { return ts.Value("session").(*session) }

// shuffle FOLDER puts the rows and the columns of every CSV in another order.
func shuffle(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(ts.MkAbs(args[0]) + "/*.csv")
	ts.Check(err)
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(file))).ReadAll()
		ts.Check(err)
		columns := random.Perm(len(rows[0]))
		for i, row := range rows {
			moved := make([]string, len(row))
			for to, from := range columns {
				moved[to] = row[from]
			}
			rows[i] = moved
		}
		random.Shuffle(len(rows)-1, func(i, j int) { rows[i+1], rows[j+1] = rows[j+1], rows[i+1] })
		var b bytes.Buffer
		ts.Check(csv.NewWriter(&b).WriteAll(rows))
		ts.Check(os.WriteFile(file, b.Bytes(), 0o600))
	}
}

// damage FILE OLD NEW replaces the first OLD.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, args[1], args[2], 1)), 0o600))
}

// pick FILE KEY…: reads JSON from FILE and prints the value at the path.
func pick(ts *testscript.TestScript, _ bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for _, key := range args[1:] {
		switch at := v.(type) {
		case map[string]any:
			v = at[key]
		case []any:
			i, err := strconv.Atoi(key)
			ts.Check(err)
			v = at[i]
		default:
			ts.Fatalf("%s: nothing under %q", args[0], key)
		}
	}
	_, err := fmt.Fprintln(ts.Stdout(), v)
	ts.Check(err)
}

// TestShown holds what the documentation shows to what the program prints.
func TestShown(t *testing.T) {
	t.Chdir("../..")
	for _, file := range []string{"README.md", "docs/gstudy.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, shown, found := strings.Cut(string(text), "```\n$ appointable ")
		command, shown, begun := strings.Cut(shown, "\n")
		shown, _, closed := strings.Cut(shown, "```")
		if !found || !begun || !closed {
			t.Fatalf("%s does not show a command", file)
		}
		var out bytes.Buffer
		if code := run(t.Context(), strings.Fields(command), terminal{in: strings.NewReader(""), out: &out, err: io.Discard}); code != exitDone {
			t.Fatalf("%s: exit code %d", file, code)
		}
		if !slices.Equal(lines(shown), lines(out.String())) {
			t.Errorf("%s shows\n%s\nthe program prints\n%s", file, shown, out.String())
		}
	}
}

func lines(s string) []string {
	var lines []string
	for line := range strings.Lines(s) {
		lines = append(lines, strings.TrimRight(line, " \n"))
	}
	return lines
}
