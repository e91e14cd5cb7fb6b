package app

import (
	"context"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/internal/secret"
	"github.com/evenkeel/evenkeel/services/audit/anchor"
	"github.com/evenkeel/evenkeel/services/audit/seal"
	"github.com/evenkeel/evenkeel/services/signing"
)

// OwnKeyFile is the file in the data directory with the key that is made for SQLite.
const OwnKeyFile = "encryption.key"

// OpenKeys returns the room of the keys that the installation signs with. They are encrypted
// under the key of the configuration; SQLite, which is this machine's alone, has one made.
func OpenKeys(c config.Config, s *store.Store, now clock.Clock) *signing.Room {
	safe := secret.NewSafe(func() (string, string, error) {
		present, former := c.Encryption.Key.Reveal(), c.Encryption.FormerKey.Reveal()
		if present != "" || c.UsesPostgreSQL() {
			return present, former, nil
		}
		present, err := secret.OwnKey(filepath.Join(c.DataDir, OwnKeyFile))
		return present, former, err
	})
	return signing.New(s.Signing(), safe, s, now)
}

// furnishSeals has the audit log sealed, and its head put outside.
func (a *App) furnishSeals() error {
	c := a.opts.Config.Audit
	places := map[seal.Place]seal.Putter{}
	if c.AnchorFile != "" {
		places[seal.File] = anchor.NewFile(c.AnchorFile)
	}
	if c.AnchorURL != "" {
		post, err := anchor.NewPost(anchor.PostParts{
			URL: c.AnchorURL, Secret: c.AnchorSecret, Secrets: secret.New(a.opts.Config.SecretsDir, os.LookupEnv),
			Reach:   outbound.Reach{AllowLoopback: a.opts.Config.Notifications.AllowLoopback},
			Metrics: a.outgoing, Clock: a.now, Logger: a.log,
		})
		if err != nil {
			return err
		}
		a.onClose(func(context.Context) error { post.Close(); return nil })
		places[seal.URL] = post
	}
	a.Seals = seal.NewService(seal.Parts{
		Store: a.Store.Seals(), Keys: a.keys, Runner: a.Store, Authorizer: a.authorizer, Clock: a.sharedNow, Logger: a.log,
		Places: places, Every: c.AnchorEvery, Observe: a.observeAnchors(),
	})
	return nil
}

// observeAnchors counts heads of the audit log that could not be put outside, and those that wait.
func (a *App) observeAnchors() func(seal.Place, int64, error) {
	failed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_audit_anchor_failures_total", Help: "Attempts to put the head of the audit log outside that failed, by place.",
	}, []string{"place"})
	waiting := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "evenkeel_audit_anchors_waiting", Help: "Heads of the audit log that are not outside yet, by place, when it was last tried.",
	}, []string{"place"})
	a.metrics.MustRegister(failed, waiting)
	return func(p seal.Place, n int64, err error) {
		waiting.WithLabelValues(string(p)).Set(float64(n))
		if err == nil {
			return
		}
		failed.WithLabelValues(string(p)).Inc()
		a.log.Warn("the head of the audit log could not be put outside; it is tried again", "place", string(p), "waiting", n, "error", err)
	}
}
