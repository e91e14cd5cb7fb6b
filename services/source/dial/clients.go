package dial

import (
	"context"
	"net/http"
	"sync"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/source"
)

// Clients keeps one client for each data source, so that what was learnt of it (its
// breaker, its throttle, its open connections) is there at the next call. One whose
// data source was changed is made anew, with the certificates of then.
type Clients struct {
	dialler *Dialler

	mu   sync.Mutex
	kept map[id.ID]kept
}

type kept struct {
	version int64
	*outbound.Client
}

// NewClients returns a keeper of clients.
func NewClients(d *Dialler) *Clients { return &Clients{dialler: d, kept: map[id.ID]kept{}} }

// HTTP returns the client of the data source as it is declared now. Its faults are
// those of Dialler.Client.
func (c *Clients) HTTP(ctx context.Context, s source.Source) (*http.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.kept[s.ID]; ok && k.version == s.Version {
		return k.HTTP(), nil
	}
	if old, ok := c.kept[s.ID]; ok {
		// Before the new one begins: what it counts goes by the same name, and would be
		// forgotten with the old one. Calls under way end as they would.
		old.Close()
		delete(c.kept, s.ID)
	}
	made, err := c.dialler.Client(ctx, s)
	if err != nil {
		return nil, err
	}
	c.kept[s.ID] = kept{s.Version, made}
	return made.HTTP(), nil
}

// Close lets all clients go.
func (c *Clients) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for of, k := range c.kept {
		k.Close()
		delete(c.kept, of)
	}
}
