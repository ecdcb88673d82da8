package main

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"appointable/internal/audit"
	"appointable/internal/deliver"
	"appointable/internal/fault"
	"appointable/internal/store"
)

const (
	sequenceEvery = 200 * time.Millisecond // between two passes
	signEvery     = time.Second
	longestPause  = 30 * time.Second // after errors that go on
	lastPasses    = 10 * time.Second // at the stop, to sign and deliver what is new
)

// logName is the installation's in the origin of its logs.
func (c Config) logName() (string, error) {
	if c.LogName != "" {
		return c.LogName, nil
	}
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return "", fault.New(fault.Invalid, "the log needs a name; set LOG_NAME, or PUBLIC_URL, whose host it is by default")
	}
	return u.Host, nil
}

// signingKeys are those of SEQUENCER_KEY; none where it is empty.
func (c Config) signingKeys() ([]audit.SigningKey, error) {
	var keys []audit.SigningKey
	for _, text := range strings.Fields(c.SequencerKey) {
		key, err := audit.ParseSigningKey(text)
		if err != nil {
			return nil, fault.New(fault.Invalid, "SEQUENCER_KEY cannot be read: %s", err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// openSequencer connects the sequencer; nil where this program runs none. On
// the private PostgreSQL it needs no setting: its key is made once.
func (d *database) openSequencer(ctx context.Context, c Config) (*store.Sequencer, error) {
	if d.sequence == "" {
		return nil, nil
	}
	keys, err := c.signingKeys()
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 && d.private != nil {
		key, err := makeKeyFile(c)
		if err != nil {
			return nil, err
		}
		keys = []audit.SigningKey{key}
	}
	name, err := c.logName()
	if err != nil {
		return nil, err
	}
	published, err := openPublished(c)
	if err != nil {
		return nil, err
	}
	return store.OpenSequencer(ctx, d.sequence, name, published, keys...)
}

// openCourier prepares what takes checkpoints out of the house; nil where they
// go nowhere, or no sequencer signs here.
func openCourier(c Config, s *store.Sequencer, log *slog.Logger) (*deliver.Courier, error) {
	if s == nil {
		return nil, nil
	}
	from := c.CheckpointMailFrom
	if u, err := url.Parse(c.PublicURL); from == "" && err == nil {
		from = "appointable@" + u.Hostname()
	}
	return deliver.New(deliver.Options{
		Every: c.CheckpointEvery, PostURL: c.CheckpointPostURL, MailTo: c.CheckpointMailTo, MailFrom: from, SMTPURL: c.SMTPURL,
	}, s, log)
}

// inBackground starts the sequencer, and the courier where there is one, and
// returns what stops them. The end of ctx does not: requests under way then
// still end, and make events. What those were is signed and leaves the house
// before the stop.
func inBackground(ctx context.Context, log *slog.Logger, s *store.Sequencer, c *deliver.Courier) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		sequence(ctx, log, s)
	}()
	if c != nil {
		c.Start(ctx)
	}
	return func() {
		cancel()
		<-done
		ctx, cancel := timeout(lastPasses)
		defer cancel()
		_, errSequence := s.Sequence(ctx)
		_, errSign := s.Sign(ctx)
		if err := errors.Join(errSequence, errSign); err != nil {
			log.Error("the log was not closed at the stop", "error", err.Error())
		}
		if c != nil {
			c.Stop(ctx)
		}
		_ = s.Close()
	}
}

// sequence orders and signs until ctx ends. It returns when it does no more.
func sequence(ctx context.Context, log *slog.Logger, s *store.Sequencer) {
	signing := make(chan struct{})
	go func() {
		defer close(signing)
		repeat(ctx, log, "the log was not signed", signEvery, func(ctx context.Context) (int, error) {
			before := s.State()
			n, err := s.Sign(ctx)
			if unrecorded := s.State().Unrecorded - before.Unrecorded; unrecorded > 0 {
				log.Warn("logs were not on record as published; what the database has was taken for it, so compare it with a checkpoint kept elsewhere", "logs", unrecorded)
			}
			return n, err
		})
	}()
	repeat(ctx, log, "the log was not extended", sequenceEvery, func(ctx context.Context) (int, error) {
		before := s.State()
		n, err := s.Sequence(ctx)
		after := s.State()
		if after.Behind > store.TooLate {
			log.Error("the log is behind", "seconds", int(after.Behind.Seconds()))
		}
		if late := after.Late - before.Late; late > 0 {
			log.Warn("events came late into the log", "events", late)
		}
		return n, err
	})
	<-signing
}

// repeat runs a pass again and again. While it fails the pauses double, so that
// a database that restarts is not pressed and the log not filled.
func repeat(ctx context.Context, log *slog.Logger, complaint string, every time.Duration, pass func(context.Context) (int, error)) {
	pause := every
	for {
		_, err := pass(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			log.Error(complaint, "error", err.Error())
			pause = min(2*pause, longestPause)
		default:
			pause = every
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
