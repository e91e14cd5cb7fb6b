// Package oidc verifies the tokens of OpenID providers: of people, who sign in in their browser or on
// the command line, and of workloads, whose platform says what they are. What a token is worth here, and to
// whom, is for package access.
//
// What is held to is what the standards say: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.7, and Discovery
// 1.0; RFC 6749 with RFC 7636 (PKCE, by S256 alone) and RFC 9700; RFC 8725 for the tokens themselves. The
// signature is verified by one of Algorithms, which are all asymmetric, with a key that the issuer publishes;
// the issuer, the audience and the times are compared, the times with Leeway.
package oidc
