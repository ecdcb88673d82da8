package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"appointable/handlers"
	"appointable/internal/deliver"
	"appointable/internal/store"
)

func newServe(term terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve pages and API, on a private PostgreSQL where no DATABASE_URL is given",
		Long:  "Settings are environment variables; `appointable config` lists them. On SIGTERM the\nservice takes no new request, ends those under way and stops.",
		Args:  exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			c, err := readConfig()
			if err != nil {
				return err
			}
			d, err := ownDatabase(ctx, c)
			if err != nil {
				return err
			}
			defer d.stop()
			db, err := d.open(ctx, c)
			if err != nil {
				return err
			}
			defer func() { _ = db.Close() }()
			return serve(ctx, term, c, d, db, func() error {
				_, err := fmt.Fprintf(term.out, "Appointable serves at %s\n", c.PublicURL)
				return err
			})
		},
	}
}

// serve answers requests until ctx ends or the private PostgreSQL does, then
// lets those under way finish. ready runs once the listeners are open and
// before the first answer, so that what it prints is true and is there first.
func serve(ctx context.Context, term terminal, c Config, d *database, db *store.DB, ready func() error) error {
	log := slog.New(slog.NewJSONHandler(term.err, nil))
	sequencer, err := d.openSequencer(ctx, c)
	if err != nil {
		return err
	}
	courier, err := openCourier(c, sequencer, log)
	if err != nil {
		return err
	}
	if sequencer != nil {
		defer inBackground(ctx, log, sequencer, courier)()
	}
	vault, err := d.openVault(ctx)
	if err != nil {
		return err
	}
	if vault != nil {
		defer func() { _ = vault.Close() }()
	}
	h, err := handlers.New(handlers.Config{
		DB: db, Vault: vault, Log: log, PublicURL: c.PublicURL, TrustedProxies: c.TrustedProxies,
		RequestTimeout: c.RequestTimeout, WriteLimit: c.WriteLimit, Version: version, Off: off(vault, sequencer, courier), Sequencer: sequencer, Courier: courier,
		Provider: handlers.Provider{Trust: c.OIDCTrust, Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret},
	})
	if err != nil {
		return err
	}
	public, err := listen(ctx, "LISTEN", c.Listen)
	if err != nil {
		return err
	}
	servers := []*http.Server{newServer(c, h, log)}
	listeners := []net.Listener{public}
	if c.MetricsListen != "" {
		private, err := listen(ctx, "METRICS_LISTEN", c.MetricsListen)
		if err != nil {
			_ = public.Close()
			return err
		}
		servers, listeners = append(servers, newServer(c, h.Metrics(), log)), append(listeners, private)
	}
	if err := ready(); err != nil {
		for _, l := range listeners {
			_ = l.Close()
		}
		return err
	}
	failed := make(chan error, len(servers))
	for i := range servers {
		go func() { failed <- servers[i].Serve(listeners[i]) }()
	}
	select {
	case err = <-failed:
	case <-d.gone():
		err = errors.New("the private PostgreSQL has stopped; see its log in the data folder")
	case <-ctx.Done():
		log.Info("stopping", "drain", c.DrainTimeout.String())
	}
	return errors.Join(err, drain(c, servers))
}

// off lists what this installation runs without.
func off(vault *store.Vault, sequencer *store.Sequencer, courier *deliver.Courier) []string {
	var list []string
	if vault == nil {
		list = append(list, "monitoring")
	}
	if sequencer == nil {
		list = append(list, "sequencer")
	}
	if courier == nil {
		list = append(list, "checkpoint-delivery")
	}
	return list
}

func listen(ctx context.Context, setting, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w. Another program may be using it; set %s to another address", address, err, setting)
	}
	return l, nil
}

// newServer sets every time-out: all are off by default.
func newServer(c Config, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       c.ReadTimeout,
		IdleTimeout:       c.IdleTimeout,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func drain(c Config, servers []*http.Server) error {
	ctx, cancel := timeout(c.DrainTimeout)
	defer cancel()
	var err error
	for _, s := range servers {
		if e := s.Shutdown(ctx); e != nil {
			err = errors.Join(err, fmt.Errorf("some requests did not end in time: %w", e), s.Close())
		}
	}
	return err
}

// gone is closed when the private PostgreSQL ends by itself; with a database
// of the trust's own it never is.
func (d *database) gone() <-chan struct{} {
	if d.private == nil {
		return nil
	}
	return d.private.Done()
}
