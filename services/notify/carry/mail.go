package carry

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"

	"github.com/wneessen/go-mail"

	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/message"
)

// Security is how the connection to a mail server is kept from others.
type Security string

// The securities.
const (
	StartTLS Security = "starttls" // required
	TLS      Security = "tls"      // from the first byte
	Plain    Security = "none"
)

// Mail is the server that takes mail, and as whom it is sent.
type Mail struct {
	Host     string // empty: there is none
	Port     int
	Security Security
	Username string
	Password string
	From     string
	// TLS is the configuration of the connection, nil for the system's.
	TLS *tls.Config
}

// Configured reports whether there is a server.
func (m Mail) Configured() bool { return m.Host != "" }

// mail sends a message to one address. Its Message-ID is the notification's, so that what
// is sent twice is known to be one.
func (c *Carrier) mail(ctx context.Context, m message.Message, to, id string) notify.Outcome {
	server := c.parts.Mail
	if c.parts.MailPassword != nil {
		server.Password = c.parts.MailPassword()
	}
	if !server.Configured() {
		return notify.Outcome{Reason: "It was not sent: no mail server is configured (smtp.host)."}
	}
	subject, text := message.Mail(m)
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := msg.From(server.From); err != nil {
		return notify.Outcome{Reason: "It was not sent: smtp.from is no e-mail address."}
	}
	if err := msg.To(to); err != nil {
		return notify.Outcome{Refused: true, Reason: "It was not sent: it is for no e-mail address."}
	}
	msg.Subject(subject)
	msg.SetDateWithValue(m.Now)
	_, domain, _ := strings.Cut(msg.GetFromString()[0], "@")
	msg.SetMessageIDWithValue(strings.ToLower(id) + "@" + strings.TrimSuffix(domain, ">"))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no absence notes, please
	msg.SetBodyString(mail.TypeTextPlain, text)
	client, err := c.client(server)
	if err != nil {
		return notify.Outcome{Reason: "It was not sent: the mail server cannot be used as it is configured."}
	}
	ctx, cancel := context.WithTimeout(ctx, c.parts.Timeout)
	defer cancel()
	return c.mailed(client.DialAndSendWithContext(ctx, msg))
}

func (c *Carrier) client(server Mail) (*mail.Client, error) {
	options := []mail.Option{mail.WithPort(server.Port), mail.WithTimeout(c.parts.Timeout), mail.WithoutNoop()}
	switch server.Security {
	case TLS:
		options = append(options, mail.WithSSL())
	case Plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if server.TLS != nil {
		options = append(options, mail.WithTLSConfig(server.TLS))
	}
	if server.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(server.Username), mail.WithPassword(server.Password))
	}
	return mail.NewClient(server.Host, options...)
}

// mailed says what came of a mail.
func (c *Carrier) mailed(err error) notify.Outcome {
	if err == nil {
		return notify.Outcome{Status: 250}
	}
	c.parts.Logger.Debug("a mail server did not take a notification", "error", err)
	var sent *mail.SendError
	if !errors.As(err, &sent) {
		return notify.Outcome{Reason: "The mail server cannot be reached, or does not let Evenkeel in."}
	}
	code := sent.ErrorCode()
	if code == 0 {
		return notify.Outcome{Reason: "The mail server broke off."}
	}
	return notify.Outcome{Status: code, Refused: !sent.IsTemp(), Reason: fmt.Sprintf("The mail server answered %d: it does not take this.", code)}
}
