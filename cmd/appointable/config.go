package main

import (
	"context"
	"fmt"
	"net/netip"
	"reflect"
	"text/tabwriter"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"

	"appointable/internal/fault"
)

// Config is every setting of the service. The help tags are its manual, which
// `appointable config` prints with the values in force. Nothing has to be set.
type Config struct {
	Listen         string         `env:"LISTEN" envDefault:"127.0.0.1:8080" help:"address of pages and API"`
	MetricsListen  string         `env:"METRICS_LISTEN" help:"private address of /metrics; empty: off"`
	PublicURL      string         `env:"PUBLIC_URL" help:"address that users type; secure cookies follow it. Empty: http:// and LISTEN"`
	TrustedProxies []netip.Prefix `env:"TRUSTED_PROXIES" help:"networks whose X-Forwarded-For is believed, comma between; empty: nobody's"`

	OIDCTrust        string `env:"OIDC_TRUST" help:"short name of the trust whose people sign in at an identity provider; empty: nobody does"`
	OIDCIssuer       string `env:"OIDC_ISSUER" help:"the identity provider, as it names itself"`
	OIDCClientID     string `env:"OIDC_CLIENT_ID" help:"name of this service at the provider"`
	OIDCClientSecret string `env:"OIDC_CLIENT_SECRET" secret:"yes" help:"its secret there"`

	DatabaseURL        string `env:"DATABASE_URL" secret:"yes" help:"login appointable_web; empty: the private PostgreSQL"`
	MigrateDatabaseURL string `env:"MIGRATE_DATABASE_URL" secret:"yes" help:"login appointable_migrate, for migrate, trust and user; the service never uses it"`
	DatabaseConns      int    `env:"DATABASE_CONNS" envDefault:"20" help:"connections to the database at most"`
	DataDir            string `env:"DATA_DIR" help:"folder of the private PostgreSQL and its log's key; empty: /var/lib/appointable as root, else the XDG data folder"`

	MonitoringDatabaseURL string `env:"MONITORING_DATABASE_URL" secret:"yes" help:"login appointable_monitor, which alone reads protected characteristics; empty: no monitoring, save on the private PostgreSQL"`

	SequencerDatabaseURL string `env:"SEQUENCER_DATABASE_URL" secret:"yes" help:"login appointable_sequence, which orders and signs the log; empty: not here, save on the private PostgreSQL"`
	SequencerKey         string `env:"SEQUENCER_KEY" secret:"yes" help:"what appointable log new-key prints; two with a space between while one is replaced. Empty: on the private PostgreSQL log-key in its folder"`
	LogPublished         string `env:"LOG_PUBLISHED" help:"folder of the record of what was published of each log, to be kept where no restore of the database sets it back; empty: log-published in DATA_DIR"`
	LogName              string `env:"LOG_NAME" help:"this installation's name in new logs, for good; empty: the host of PUBLIC_URL"`

	CheckpointPostURL  string        `env:"CHECKPOINT_POST_URL" secret:"yes" help:"address outside the trust to which the newest checkpoints are posted; empty: not posted"`
	CheckpointMailTo   []string      `env:"CHECKPOINT_MAIL_TO" help:"mail addresses outside the trust to which they are sent, comma between; empty: not mailed"`
	CheckpointMailFrom string        `env:"CHECKPOINT_MAIL_FROM" help:"the sender of those mails; empty: appointable@ and the host of PUBLIC_URL"`
	CheckpointEvery    time.Duration `env:"CHECKPOINT_EVERY" envDefault:"1h" help:"time between two deliveries of checkpoints; what is new at a stop leaves then"`
	SMTPURL            string        `env:"SMTP_URL" secret:"yes" help:"mail server, as smtps://user:password@host or smtp://…, with STARTTLS save on this machine"`

	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" envDefault:"30s" help:"longest work on one request"`
	WriteLimit     int           `env:"WRITE_LIMIT" envDefault:"600" help:"changes that one person may send in a minute; 0: without bound"`
	ReadTimeout    time.Duration `env:"READ_TIMEOUT" envDefault:"15s" help:"longest time a client may take to send a request"`
	IdleTimeout    time.Duration `env:"IDLE_TIMEOUT" envDefault:"120s" help:"how long an unused connection is kept"`
	DrainTimeout   time.Duration `env:"DRAIN_TIMEOUT" envDefault:"20s" help:"on SIGTERM, how long requests under way may take to end"`
}

// readConfig reads the environment. It returns Invalid with every setting that
// cannot be read.
func readConfig() (Config, error) {
	c, err := env.ParseAs[Config]()
	if err != nil {
		return c, fault.New(fault.Invalid, "a setting cannot be read: %s. `appointable config` explains each", err)
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://" + c.Listen
	}
	return c, nil
}

func newConfig(term terminal) *cobra.Command {
	return &cobra.Command{
		Use: "config", Short: "Print every setting, its value and what it does", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(term.out, 0, 0, 2, ' ', 0)
			t, v := reflect.TypeOf(c), reflect.ValueOf(c)
			for i := range t.NumField() {
				tag := t.Field(i).Tag
				value := fmt.Sprint(v.Field(i).Interface())
				if tag.Get("secret") != "" && value != "" {
					value = "(set)"
				}
				if _, err := fmt.Fprintf(w, "%s\t%s\t%s\n", tag.Get("env"), value, tag.Get("help")); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
}

// timeout bounds what a command does at its end, when its own context may be
// over already.
func timeout(d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), d)
}
