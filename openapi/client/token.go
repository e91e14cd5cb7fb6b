package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
)

// TokenSource knows the token to send. It is called by several goroutines.
type TokenSource interface {
	// Token returns the token. Refused is empty, or a token that it returned before and that the
	// server did not take: returning another has the request sent once more with that.
	Token(ctx context.Context, refused string) (string, error)
}

type fixedToken string

func (t fixedToken) Token(context.Context, string) (string, error) {
	if t == "" {
		return "", errors.New("the token is empty")
	}
	return string(t), nil
}

// maxToken is how much of a file is read as a token, in bytes.
const maxToken = 16 << 10

// tokenFile is a file with a token, which is read when it is first needed and after a refusal.
type tokenFile struct {
	path string
	mu   sync.Mutex
	held string
}

func (f *tokenFile) Token(_ context.Context, refused string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held != "" && f.held != refused {
		return f.held, nil
	}
	info, err := os.Stat(f.path)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	if info.Size() > maxToken {
		return "", fmt.Errorf("read the token: %s has %d bytes, which is no token", f.path, info.Size())
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	f.held = strings.TrimSpace(string(text))
	if f.held == "" {
		return "", fmt.Errorf("read the token: %s is empty", f.path)
	}
	return f.held, nil
}
