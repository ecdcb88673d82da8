// Package provider is the side of an identity provider (OpenID Connect) that
// faces us: where to send a browser, and what an answer proves.
package provider

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"appointable/internal/fault"
)

// Settings are what the provider and we have agreed on.
type Settings struct {
	Issuer       string // as the provider names itself; https, but on this machine
	ClientID     string
	ClientSecret string
	Redirect     string // where browsers come back to; the provider knows this one address
	Now          func() time.Time
}

// Provider is an identity provider. What it says of itself is asked for when
// it is first needed, so that the service starts without it, and kept.
type Provider struct {
	settings Settings
	client   *http.Client
	mu       sync.Mutex
	found    *oidc.Provider
	silent   time.Time // until when it is not asked again, after it did not answer
}

const (
	answerTime   = 10 * time.Second // how long the provider may take to answer us
	greetingTime = 3 * time.Second  // and to say who it is: the sign-in page waits for that
	silence      = 30 * time.Second // how long it is let alone when it did not, so that signing in by password goes on
)

// New makes a Provider. It returns Invalid for settings that are incomplete or
// send secrets in the clear.
func New(s Settings) (*Provider, error) {
	issuer, err := url.Parse(s.Issuer)
	if err != nil || issuer.Host == "" {
		return nil, fault.New(fault.Invalid, "OIDC_ISSUER %q is no address; write it as the provider does, https://login.example.nhs.uk/…", s.Issuer)
	}
	if host := issuer.Hostname(); issuer.Scheme != "https" && host != "localhost" && host != "127.0.0.1" && host != "::1" {
		return nil, fault.New(fault.Invalid, "OIDC_ISSUER %q does not begin with https://", s.Issuer)
	}
	if s.ClientID == "" || s.ClientSecret == "" {
		return nil, fault.New(fault.Invalid, "OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is missing; the provider gives them when the service is registered there")
	}
	return &Provider{settings: s, client: &http.Client{Timeout: answerTime}}, nil
}

// Issuer is the provider's name for itself.
func (p *Provider) Issuer() string { return p.settings.Issuer }

// Login is an account at the provider, and when its holder last proved there
// who they are.
type Login struct {
	Issuer, Subject string
	Authenticated   time.Time
}

// Visit is what a browser takes to the provider, and must bring back.
type Visit struct{ State, Nonce, Verifier string }

// NewVisit makes one, each part of 256 random bits.
func NewVisit() Visit {
	return Visit{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier()}
}

// known asks the provider what it says of itself. It returns Unavailable where
// it does not answer.
func (p *Provider) known(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	now := p.settings.Now()
	if now.Before(p.silent) {
		return nil, unreachable()
	}
	ctx, cancel := context.WithTimeout(ctx, greetingTime)
	defer cancel()
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.settings.Issuer)
	if err != nil {
		p.silent = now.Add(silence)
		return nil, fmt.Errorf("%w (%w)", unreachable(), err)
	}
	p.found = found
	return found, nil
}

func unreachable() error {
	return fault.New(fault.Unavailable, "your trust's sign-in service cannot be reached; try again in a moment, or sign in with a password")
}

func (p *Provider) config(found *oidc.Provider) oauth2.Config {
	return oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: p.settings.Redirect, Scopes: []string{oidc.ScopeOpenID},
	}
}

// Address is where to send a browser. maxAge is how long ago its holder may
// have proved there who they are; 0: they must do it anew.
func (p *Provider) Address(ctx context.Context, v Visit, maxAge time.Duration) (string, error) {
	found, err := p.known(ctx)
	if err != nil {
		return "", err
	}
	config := p.config(found)
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(v.Nonce), oauth2.S256ChallengeOption(v.Verifier), oauth2.SetAuthURLParam("max_age", fmt.Sprint(int(maxAge/time.Second))),
	}
	if maxAge == 0 {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	return config.AuthCodeURL(v.State, options...), nil
}

// Origin is that of the page to which browsers are sent, for the policy that
// says where forms may lead.
func (p *Provider) Origin(ctx context.Context) (string, error) {
	found, err := p.known(ctx)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(found.Endpoint().AuthURL)
	if err != nil || u.Host == "" {
		return "", unreachable()
	}
	return u.Scheme + "://" + u.Host, nil
}

// Redeem turns the code that a browser brought back into the account that it
// stands for. It returns Unauthenticated where anything does not fit: the
// state, the code, the token's signature, issuer, audience, time or nonce.
func (p *Provider) Redeem(ctx context.Context, v Visit, state, code string) (Login, error) {
	if code == "" || subtle.ConstantTimeCompare([]byte(state), []byte(v.State)) != 1 {
		return Login{}, unproved(nil)
	}
	found, err := p.known(ctx)
	if err != nil {
		return Login{}, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	config := p.config(found)
	answer, err := config.Exchange(ctx, code, oauth2.VerifierOption(v.Verifier))
	if err != nil {
		return Login{}, unproved(err)
	}
	raw, _ := answer.Extra("id_token").(string)
	token, err := found.Verifier(&oidc.Config{ClientID: p.settings.ClientID, Now: p.settings.Now}).Verify(ctx, raw)
	if err != nil {
		return Login{}, unproved(err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(v.Nonce)) != 1 {
		return Login{}, unproved(nil)
	}
	var claims struct {
		AuthTime int64 `json:"auth_time"` // asked for by max_age; absent, it is a proof of long ago
	}
	if err := token.Claims(&claims); err != nil {
		return Login{}, unproved(err)
	}
	proved := time.Unix(claims.AuthTime, 0).UTC()
	if now := p.settings.Now(); proved.After(now) {
		proved = now
	}
	return Login{Issuer: token.Issuer, Subject: token.Subject, Authenticated: proved}, nil
}

func unproved(err error) error {
	refused := fault.New(fault.Unauthenticated, "your trust's sign-in service did not say who you are; begin again")
	if err == nil {
		return refused
	}
	return fmt.Errorf("%w (%w)", refused, err)
}
