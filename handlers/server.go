// Package handlers speaks HTTP: the JSON API under /api/v1/t/{trust}, the pages
// under /t/{trust}, and health and metrics.
//
// It decides nothing. A handler decodes a request, makes one call of the store
// and answers with a view; who may do what, what the rules are and what is true
// is said there. What all requests have in common (identity, limits, errors,
// log lines) is in one place each and not in the handlers.
package handlers

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/labstack/echo/v4"

	"appointable/internal/deliver"
	"appointable/internal/fault"
	"appointable/internal/provider"
	"appointable/internal/store"
)

// Config is what a Server needs to know. DB and Log are required.
type Config struct {
	DB             *store.DB
	Vault          *store.Vault // of protected characteristics; nil: none
	Log            *slog.Logger
	PublicURL      string           // as people type it, https://host; with https cookies are secure, "" is plain HTTP
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For is believed
	RequestTimeout time.Duration    // for one request, 0: 15 s; import, export and ranking have five minutes
	Provider       Provider         // where people of one trust sign in; zero: nowhere but here
	WriteLimit     int              // changes that one person may send in a minute, 0: without bound
	Version        string           // of the program, for the API's description
	Off            []string         // what this installation runs without, told by /readyz
	Sequencer      *store.Sequencer // of the log, whose state /readyz and /metrics tell; nil: none runs here
	Courier        *deliver.Courier // of checkpoints, whose state they tell too; nil: none leave from here
}

// Server answers HTTP requests.
type Server struct {
	db        *store.DB
	vault     *store.Vault // nil: none
	log       *slog.Logger
	echo      *echo.Echo
	origin    string // as people type it; "" where it is not known
	secure    bool   // people reach us by https
	timeout   time.Duration
	off       []string
	sequencer *store.Sequencer // nil: none runs here
	courier   *deliver.Courier // nil: no checkpoints leave from here
	trusts    *trusts
	signIns   *throttle
	changes   *limit        // by person
	hashing   chan struct{} // one slot for each password that is hashed at once
	importing chan struct{}
	slow      chan struct{} // and for each ranking, pooling, export and import

	trustSignIns *limit // by trust

	provider      *provider.Provider // nil: none
	providerTrust string             // short name of the one that it opens

	validate *validator.Validate
	metrics  *metrics
	openAPI  []byte

	// errorPage renders an error of a request under /t/, which a person reads.
	// Where it is nil they read the problem's JSON.
	errorPage func(echo.Context, problem) error
}

const (
	defaultTimeout = 15 * time.Second
	slowTimeout    = 5 * time.Minute

	// slowAtOnce bounds what rankings and exports take together: of a national
	// round each needs half a gibibyte.
	slowAtOnce = 4
)

// New makes a server. It returns Invalid for a PublicURL that is no address.
func New(config Config) (*Server, error) {
	origin, err := originOf(config.PublicURL)
	if err != nil {
		return nil, err
	}
	s := &Server{
		db: config.DB, vault: config.Vault, log: config.Log, echo: echo.New(), secure: origin != nil && origin.Scheme == "https",
		timeout: config.RequestTimeout, off: config.Off, sequencer: config.Sequencer, courier: config.Courier,
		trusts: newTrusts(config.DB), signIns: newThrottle(config.DB.Now), origin: strings.TrimSuffix(config.PublicURL, "/"),
		changes: newLimit(config.DB.Now, config.WriteLimit), trustSignIns: newLimit(config.DB.Now, signInsOfTrust),
		hashing: make(chan struct{}, hashesAtOnce), importing: make(chan struct{}, importsAtOnce), slow: make(chan struct{}, slowAtOnce),
		validate: newValidate(), metrics: newMetrics(config.DB, config.Sequencer, config.Courier),
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	if err := s.addProvider(config); err != nil {
		return nil, err
	}
	s.echo.HTTPErrorHandler = s.handleError
	s.echo.IPExtractor = ipExtractor(config.TrustedProxies)
	crossOrigin, err := s.refuseCrossOrigin(origin)
	if err != nil {
		return nil, err
	}
	s.echo.Use(requestID, s.observe, recovered, s.bounded, s.headers, crossOrigin)
	routes := s.routes()
	for _, r := range routes {
		s.echo.Add(r.method, r.pattern(), s.serve(r))
	}
	if s.openAPI, err = describe(routes, config.Version); err != nil {
		return nil, err
	}
	if err := s.addPages(); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP answers on the public listener.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// Metrics answers on the private listener, in Prometheus' format.
func (s *Server) Metrics() http.Handler { return s.metrics.handler() }

// originOf is nil where no address is given.
func originOf(publicURL string) (*url.URL, error) {
	if publicURL == "" {
		return nil, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "the public address %q cannot be used; write it as https://appointable.example.nhs.uk", publicURL)
	}
	return u, nil
}

// ipExtractor believes X-Forwarded-For from the named proxies and from nobody
// else, private networks included: whoever can choose their address here can
// get round the limit on sign-ins.
func ipExtractor(proxies []netip.Prefix) echo.IPExtractor {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trust = append(trust, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
