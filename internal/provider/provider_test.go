package provider_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"appointable/internal/fault"
	"appointable/internal/provider"
)

// A provider that does not answer is let alone for a while: the sign-in page,
// which asks for it each time, must not wait for it each time.
func TestASilentProviderIsLetAlone(t *testing.T) {
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	asked, up := 0, false
	var issuer string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		if !up {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprintf(w, `{"issuer": %q, "authorization_endpoint": "https://login.example/auth", "jwks_uri": %[1]q}`, issuer)
	}))
	defer server.Close()
	issuer = server.URL
	p, err := provider.New(provider.Settings{Issuer: issuer, ClientID: "a", ClientSecret: "b", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := p.Origin(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("a provider that is down: %v", err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	up, now = true, now.Add(30*time.Second)
	for range 3 {
		if origin, err := p.Origin(t.Context()); err != nil || origin != "https://login.example" {
			t.Fatalf("a provider that is back: %q, %v", origin, err)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times", asked)
	}
}
