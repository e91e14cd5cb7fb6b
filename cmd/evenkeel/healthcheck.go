package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
)

// healthcheckTimeout bounds the question: what does not answer within it is not well.
const healthcheckTimeout = 5 * time.Second

// healthcheckCommand asks a running server how it is. An image that holds the program
// and nothing else has no other way to ask.
func (p *program) healthcheckCommand() *cobra.Command {
	var url string
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running server whether it lives",
		Long: `Ask a running server whether it lives, for what starts and restarts containers.
It ends with 0 when the server answers 200, and with 1 otherwise. Without --url it
asks the server that is configured as this command is, on this machine, at /healthz.`,
		Example: `  evenkeel healthcheck
  evenkeel healthcheck --url http://127.0.0.1:8080/readyz`,
		GroupID: groupLook,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if url == "" {
				c, err := p.load(cmd)
				if err != nil {
					return err
				}
				if url, err = c.ProbeURL(); err != nil {
					return err
				}
			}
			status, err := ask(cmd.Context(), url)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.stdout, status)
			return err
		},
	}
	cmd.Flags().StringVar(&url, "url", "", "The address to ask; made of listen when empty")
	config.AddFlags(cmd.Flags())
	return cmd
}

// ask returns the status line of a server that is well, or an error that says what it
// answered. No proxy is asked for the way to this machine.
func ask(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", usageError{fmt.Errorf("--url: %w", err)}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("ask the server: %w", err)
	}
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return "", fmt.Errorf("read the server's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", url, res.Status)
	}
	return res.Status, nil
}
