package api

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// Server returns a server whose clients cannot hold it up: heads must arrive
// within five seconds and 64 KiB, replies be taken within two minutes, and idle
// connections are closed. Bodies have their own time limit, see body.go.
func Server(h http.Handler, addr string, log *slog.Logger) *http.Server {
	s := &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	if log != nil {
		s.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	}
	return s
}

// Listen opens the address for at most maxConnections clients at once; further
// ones wait.
func Listen(addr string, maxConnections int) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return netutil.LimitListener(l, maxConnections), nil
}
