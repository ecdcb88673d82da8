package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/wneessen/go-mail"

	"appointable/internal/fault"
	"appointable/internal/store"
)

// letter is what a person reads; the checkpoint itself is attached, since only
// its very bytes verify.
const letter = `The log %s has %d entries. Attached is its signed checkpoint.

Please keep the attached file, unread and unchanged. With it you can show later
that the log was not written anew:

  appointable verify BUNDLE.zip --key KEY --checkpoint FILE

You need not answer, and nothing is asked of you.
`

// mailer mails a checkpoint as a file that verify takes.
func mailer(o Options) (func(context.Context, store.LatestCheckpoint) error, error) {
	if o.SMTPURL == "" {
		return nil, fault.New(fault.Invalid, "CHECKPOINT_MAIL_TO is set and SMTP_URL is not; name the mail server, as smtps://user:password@host")
	}
	for _, address := range append([]string{o.MailFrom}, o.MailTo...) {
		if _, err := netmail.ParseAddress(address); err != nil {
			return nil, fault.New(fault.Invalid, "CHECKPOINT_MAIL_TO and CHECKPOINT_MAIL_FROM are mail addresses, with a comma between; one of them cannot be read")
		}
	}
	host, options, err := smtpOptions(o.SMTPURL)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, c store.LatestCheckpoint) error {
		message, err := compose(o, c)
		if err != nil {
			return err
		}
		client, err := mail.NewClient(host, options...)
		if err != nil {
			return err
		}
		return withoutNames(client.DialAndSendWithContext(ctx, message))
	}, nil
}

// withoutNames takes mail addresses out of an error, which goes into the log:
// they are people's names, and both the server and we say whom it refused.
func withoutNames(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(regexp.MustCompile(`[^\s<>,;"]+@[^\s<>,;"]+`).ReplaceAllString(err.Error(), "an address"))
}

func compose(o Options, c store.LatestCheckpoint) (*mail.Msg, error) {
	m := mail.NewMsg()
	if err := m.From(o.MailFrom); err != nil {
		return nil, err
	}
	if err := m.To(o.MailTo...); err != nil {
		return nil, err
	}
	m.Subject(fmt.Sprintf("Checkpoint of the log %s: %d entries", c.Origin, c.Size))
	m.SetDate()
	m.SetMessageID()
	m.SetBodyString(mail.TypeTextPlain, fmt.Sprintf(letter, c.Origin, c.Size))
	name := fmt.Sprintf("%s-%d.checkpoint", strings.NewReplacer("/", "_", ":", "_").Replace(c.Origin), c.Size)
	return m, m.AttachReader(name, bytes.NewReader(c.Signed), mail.WithFileContentType(mail.TypeAppOctetStream))
}

// smtpOptions reads SMTP_URL. Without TLS nothing is sent to another machine.
func smtpOptions(address string) (host string, options []mail.Option, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		return "", nil, fault.New(fault.Invalid, "SMTP_URL cannot be read; write it as smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return "", nil, fault.New(fault.Invalid, "SMTP_URL has no port that is a number")
		}
	}
	options = []mail.Option{mail.WithPort(port), mail.WithTimeout(patience)}
	switch {
	case u.Scheme == "smtps":
		options = append(options, mail.WithSSL())
	case here(u.Hostname()):
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if password, ok := u.User.Password(); ok {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return u.Hostname(), options, nil
}

// here says whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
