// Package deliver takes checkpoints of the log out of the house: it posts each
// trust's newest to an address, mails it, or both. What somebody outside holds,
// the owner of database and key cannot write anew unseen.
//
// It works beside the sequencer and never in its way: what cannot be delivered
// now is tried again, and /readyz tells of it.
package deliver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// Options say where checkpoints go. Without PostURL and MailTo they go nowhere.
type Options struct {
	Every    time.Duration // between two deliveries, at least a second
	PostURL  string        // http or https; "": not posted
	MailTo   []string      // addresses; none: not mailed
	MailFrom string        // the sender's address
	SMTPURL  string        // smtp://user:password@host:port with STARTTLS, smtps:// with TLS; a server on this machine may do without
}

const (
	patience   = 30 * time.Second // with one delivery
	firstRetry = 10 * time.Second
	soon       = time.Minute // after the start
)

// Courier delivers until it is stopped.
type Courier struct {
	latest func(context.Context) ([]store.LatestCheckpoint, error)
	now    func() time.Time // the sequencer's clock
	every  time.Duration
	log    *slog.Logger
	ways   []*way

	cancel  context.CancelFunc
	working sync.WaitGroup
}

// way is one way out, and how it went.
type way struct {
	name string
	send func(context.Context, store.LatestCheckpoint) error

	mu      sync.Mutex
	sent    map[string]string // the last note that left, by trust
	left    time.Time         // when everything new had last left
	failing time.Time         // since when it fails; zero where it does not
}

// New prepares a courier for the logs of a sequencer; nil where checkpoints are
// to go nowhere. It returns Invalid for settings that cannot be followed.
func New(o Options, s *store.Sequencer, log *slog.Logger) (*Courier, error) {
	c := &Courier{latest: s.Latest, now: s.Now, every: o.Every, log: log}
	if o.PostURL != "" {
		send, err := poster(o.PostURL)
		if err != nil {
			return nil, err
		}
		c.ways = append(c.ways, &way{name: "post", send: send, sent: map[string]string{}})
	}
	if len(o.MailTo) > 0 {
		send, err := mailer(o)
		if err != nil {
			return nil, err
		}
		c.ways = append(c.ways, &way{name: "mail", send: send, sent: map[string]string{}})
	}
	if len(c.ways) == 0 {
		return nil, nil
	}
	if o.Every < time.Second {
		return nil, fault.New(fault.Invalid, "CHECKPOINT_EVERY is %s; it must be a second or more", o.Every)
	}
	return c, nil
}

// Start begins to deliver, each way by itself: soon, and then at each interval.
// The end of ctx does not stop it; Stop does.
func (c *Courier) Start(ctx context.Context) {
	ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, w := range c.ways {
		c.working.Go(func() { c.follow(ctx, w) })
	}
}

// Stop ends the rounds and delivers once more what is new, within ctx.
func (c *Courier) Stop(ctx context.Context) {
	c.cancel()
	c.working.Wait()
	for _, w := range c.ways {
		c.working.Go(func() { _ = c.round(ctx, w) }) // said in the log
	}
	c.working.Wait()
}

func (c *Courier) follow(ctx context.Context, w *way) {
	pause, retry := min(c.every, soon), min(c.every, firstRetry)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if c.round(ctx, w) == nil {
			pause, retry = c.every, min(c.every, firstRetry)
			continue
		}
		pause, retry = retry, min(2*retry, c.every)
	}
}

// round delivers what has not left yet. One trust's failure keeps no other
// waiting.
func (c *Courier) round(ctx context.Context, w *way) error {
	list, err := c.latest(ctx)
	for _, checkpoint := range list {
		if w.sent[checkpoint.Trust] == string(checkpoint.Signed) {
			continue
		}
		if e := c.deliver(ctx, w, checkpoint); e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", checkpoint.Origin, e))
			continue
		}
		w.sent[checkpoint.Trust] = string(checkpoint.Signed)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return err // stopped, which is no failure
	}
	if err != nil {
		c.log.Error("checkpoints did not leave", "by", w.name, "error", err.Error())
	}
	w.note(c.now(), err)
	return err
}

func (c *Courier) deliver(ctx context.Context, w *way, checkpoint store.LatestCheckpoint) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return w.send(ctx, checkpoint)
}

func (w *way) note(now time.Time, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err == nil:
		w.left, w.failing = now, time.Time{}
	case w.failing.IsZero():
		w.failing = now
	}
}

// State is how a way out goes.
type State struct {
	By      string    // "post" or "mail"
	Left    time.Time // when everything that was new had last left; zero: not since the start
	Failing time.Time // since when it fails; zero: it does not
}

// State tells of each way.
func (c *Courier) State() []State {
	states := make([]State, len(c.ways))
	for i, w := range c.ways {
		w.mu.Lock()
		states[i] = State{By: w.name, Left: w.left, Failing: w.failing}
		w.mu.Unlock()
	}
	return states
}
