package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/internal/fault"
)

// closeTimeout bounds what is done after the last request and job.
const closeTimeout = 10 * time.Second

// serveCommand starts the one process that is all of Evenkeel.
func (p *program) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API and the dashboard, and run the jobs",
		Long: `Serve the API and the dashboard, and run the jobs, until it is told to stop by
Ctrl-C or SIGTERM; then finish what is under way.

With SQLite it migrates the database by itself. With PostgreSQL, which many
replicas may share, run "evenkeel migrate" first.`,
		GroupID: groupRun,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			effective, err := p.load(cmd)
			if err != nil {
				return err
			}
			return p.serve(cmd.Context(), effective)
		},
	}
	config.AddFlags(cmd.Flags())
	return cmd
}

func (p *program) serve(ctx context.Context, c *config.Effective) (err error) {
	log := c.Log.Logger(p.stderr)
	c.LogStart(log)
	// The address is taken first: a second start says that at once.
	l, err := api.Listen(c.Listen, c.Limits.MaxConnections)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program; stop that one, or name another address with --listen or EVENKEEL_LISTEN", c.Listen)
	}
	if err != nil {
		return err
	}
	defer func() {
		if closed := l.Close(); !errors.Is(closed, net.ErrClosed) {
			err = errors.Join(err, closed)
		}
	}()
	a, err := app.Open(ctx, app.Options{
		Config: c.Config, BaseURL: c.BaseURL(l.Addr()), Version: thisBuild().Version, Logger: log,
	})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err = errors.Join(err, a.Close(ctx))
	}()
	if err := a.FirstStart(ctx); err != nil {
		return err
	}
	if err := p.welcome(ctx, a, l.Addr(), c.BaseURL(l.Addr())); err != nil {
		return err
	}
	return a.Serve(ctx, l)
}

// welcome prints what somebody needs who started it by hand. A link that signs in is
// for a terminal, or for the machine that it is reached from; elsewhere the output is
// a log that many may read.
func (p *program) welcome(ctx context.Context, a *app.App, addr net.Addr, base string) error {
	dashboard, note := base, ""
	if p.onTerminal() || onLoopback(addr) {
		link, valid, err := a.SignInLink(ctx)
		switch {
		case fault.Is(err, fault.Full):
			// Without room there is no code to sign in with, but everything can be read.
			note = "nobody can sign in: " + fault.As(err).Message
		case err != nil:
			return err
		default:
			dashboard, note = link, fmt.Sprintf("signs you in, once, for the next %d minutes", int(valid.Minutes()))
		}
	} else {
		person, err := a.FirstAdministrator(ctx)
		if err != nil {
			return err
		}
		note = fmt.Sprintf("this makes a link that signs in: curl -X POST -H \"Authorization: Bearer $TOKEN\" %s/v1/people/%s/sign-in-links", base, person)
	}
	token := a.TokenPath() + " (the administrator's, for the API)"
	if _, err := os.Stat(a.TokenPath()); err != nil {
		token = "not in this data directory; \"evenkeel token\" makes another one"
	}
	_, err := fmt.Fprintf(p.stdout, `
Evenkeel is running. Ctrl-C stops it.

  Dashboard          %s
                     (%s)
  API documentation  %s/docs
  Token              %s

`, dashboard, note, base, token)
	return err
}

// onTerminal tells whether somebody watches the output.
func (p *program) onTerminal() bool {
	f, ok := p.stdout.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// onLoopback tells whether only this machine reaches the address.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
