package deliver_test

import (
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"appointable/internal/audit"
	"appointable/internal/deliver"
	"appointable/internal/fault"
	"appointable/internal/store"
	"appointable/internal/store/storetest"
)

var server storetest.Server

func TestMain(m *testing.M) { storetest.Main(m, &server) }

// trust is one with a log, and what makes it grow.
type trust struct {
	t         *testing.T
	db        *store.DB
	who       store.Actor
	sequencer *store.Sequencer
	log       strings.Builder
	mu        sync.Mutex
}

func newTrust(t *testing.T) *trust {
	t.Helper()
	database := server.Database(t)
	made, err := database.OpenOwner(t).CreateTrust(t.Context(), "northgate", "Northgate", true)
	must(t, err)
	published, err := store.OpenPublished(t.TempDir())
	must(t, err)
	sequencer, err := store.OpenSequencer(t.Context(), database.DSN("appointable_sequence"), "log.example", published, audit.NewSigningKey())
	must(t, err)
	t.Cleanup(func() { _ = sequencer.Close() })
	w := &trust{t: t, db: database.Open(t), who: store.Operator(made.ID), sequencer: sequencer}
	w.grow("ada")
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// grow makes an event and returns the checkpoint that covers it.
func (w *trust) grow(username string) string {
	w.t.Helper()
	_, err := w.db.AddPerson(w.t.Context(), w.who, store.Key{}, store.Person{Username: username, DisplayName: "A Person"})
	must(w.t, err)
	_, err = w.sequencer.Sequence(w.t.Context())
	must(w.t, err)
	_, err = w.sequencer.Sign(w.t.Context())
	must(w.t, err)
	signed, err := w.db.LogCheckpoint(w.t.Context(), w.who, 0)
	must(w.t, err)
	return string(signed)
}

func (w *trust) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

func (w *trust) courier(o deliver.Options) *deliver.Courier {
	w.t.Helper()
	o.Every = time.Second
	c, err := deliver.New(o, w.sequencer, slog.New(slog.NewTextHandler(w, nil)))
	must(w.t, err)
	return c
}

// inbox is somebody outside, with what came to them.
type inbox struct {
	mu     sync.Mutex
	got    []string
	refuse int // the first so many times
}

func (b *inbox) take(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse > 0 {
		b.refuse--
		return false
	}
	b.got = append(b.got, text)
	return true
}

// has waits until these came, in this order and no other.
func (b *inbox) has(t *testing.T, want ...string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		b.mu.Lock()
		got := slices.Clone(b.got)
		b.mu.Unlock()
		if slices.Equal(got, want) {
			return
		}
		if time.Now().After(deadline) || len(got) > len(want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
}

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.URL.Path == "/moved":
		http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !b.take(string(body)):
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// What is signed is posted byte for byte, once, again where it failed, and a
// last time when the service stops.
func TestPosted(t *testing.T) {
	t.Parallel()
	w := newTrust(t)
	outside := &inbox{refuse: 2}
	address := httptest.NewServer(outside)
	t.Cleanup(address.Close)
	c := w.courier(deliver.Options{PostURL: address.URL})
	first := w.grow("beth")
	c.Start(t.Context())
	outside.has(t, first)
	w.mu.Lock()
	if failures := strings.Count(w.log.String(), "checkpoints did not leave"); failures != 2 || strings.Contains(w.log.String(), address.URL) {
		t.Errorf("two refusals are said in the log, without the address: %s", w.log.String())
	}
	w.mu.Unlock()
	second := w.grow("cora")
	outside.has(t, first, second)
	time.Sleep(2500 * time.Millisecond) // two more rounds, in which nothing is new
	third := w.grow("dora")
	c.Stop(t.Context())
	outside.has(t, first, second, third)
	state := c.State()
	if len(state) != 1 || state[0].By != "post" || state[0].Left.IsZero() || !state[0].Failing.IsZero() {
		t.Errorf("%+v", state)
	}
}

// An address that is not there, or sends us on, has not taken anything; and the
// log goes on.
func TestNotPosted(t *testing.T) {
	t.Parallel()
	w := newTrust(t)
	outside := &inbox{}
	address := httptest.NewServer(outside)
	t.Cleanup(address.Close)
	closed := httptest.NewServer(outside)
	closed.Close()
	for name, to := range map[string]string{"moved": address.URL + "/moved?token=secret", "gone": closed.URL + "/?token=secret"} {
		c := w.courier(deliver.Options{PostURL: to})
		c.Start(t.Context())
		c.Stop(t.Context())
		if state := c.State()[0]; state.Failing.IsZero() || !state.Left.IsZero() {
			t.Errorf("%s: %+v", name, state)
		}
	}
	outside.has(t)
	w.grow("beth")
	if strings.Contains(w.log.String(), "secret") {
		t.Errorf("the log tells the address: %s", w.log.String())
	}
}

// Attached to the mail is a file that verifies.
func TestMailed(t *testing.T) {
	t.Parallel()
	w := newTrust(t)
	outside := &inbox{refuse: 1}
	c := w.courier(deliver.Options{MailTo: []string{"auditor@example.org", "Trust Secretary <secretary@example.org>"}, MailFrom: "appointable@northgate.example", SMTPURL: "smtp://" + outside.smtp(t)})
	signed := w.grow("beth")
	c.Start(t.Context())
	outside.has(t, "auditor@example.org,secretary@example.org log.example_northgate-3.checkpoint\n"+signed)
	c.Stop(t.Context())
	if state := c.State()[0]; state.By != "mail" || state.Left.IsZero() {
		t.Errorf("%+v", state)
	}
	if said := w.log.String(); !strings.Contains(said, "come back later") || strings.Contains(said, "@example.org") {
		t.Errorf("the refusal is to be said in the log, and to nobody's name: %s", said)
	}
}

// smtp is a mail server, whose messages come into the inbox as recipients, name
// of the attachment and its content.
func (b *inbox) smtp(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &letterbox{inbox: b}, nil }))
	s.Domain = "localhost"
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	return listener.Addr().String()
}

type letterbox struct {
	inbox *inbox
	to    []string
}

func (l *letterbox) Mail(string, *smtp.MailOptions) error { return nil }
func (l *letterbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	l.to = append(l.to, to)
	return nil
}
func (l *letterbox) Reset()        { l.to = nil }
func (l *letterbox) Logout() error { return nil }
func (l *letterbox) Data(r io.Reader) error {
	name, content, err := attachment(r)
	if err != nil {
		return err
	}
	if !l.inbox.take(strings.Join(l.to, ",") + " " + name + "\n" + content) {
		return &smtp.SMTPError{Code: 451, Message: "come back later, <secretary@example.org>"}
	}
	return nil
}

// attachment takes the file out of a message, as a mail program does.
func attachment(r io.Reader) (name, content string, err error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return "", "", err
	}
	_, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		return "", "", err
	}
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", "", errors.New("nothing is attached")
		}
		if err != nil {
			return "", "", err
		}
		if part.FileName() != "" {
			text, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
			return part.FileName(), string(text), err
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := newTrust(t)
	if c, err := deliver.New(deliver.Options{}, w.sequencer, slog.Default()); c != nil || err != nil {
		t.Errorf("without a setting: %v, %v", c, err)
	}
	for name, o := range map[string]deliver.Options{
		"no address":         {PostURL: "nowhere"},
		"another scheme":     {PostURL: "ftp://example.org/x"},
		"no mail server":     {MailTo: []string{"a@example.org"}, MailFrom: "b@example.org"},
		"another server":     {MailTo: []string{"a@example.org"}, MailFrom: "b@example.org", SMTPURL: "https://example.org"},
		"no number":          {MailTo: []string{"a@example.org"}, MailFrom: "b@example.org", SMTPURL: "smtp://example.org:x"},
		"not a mail address": {MailTo: []string{"auditor"}, MailFrom: "b@example.org", SMTPURL: "smtp://example.org"},
		"no sender":          {MailTo: []string{"a@example.org"}, SMTPURL: "smtp://example.org"},
		"too often":          {PostURL: "https://example.org", Every: time.Millisecond},
	} {
		if o.Every == 0 {
			o.Every = time.Hour
		}
		if _, err := deliver.New(o, w.sequencer, slog.Default()); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
