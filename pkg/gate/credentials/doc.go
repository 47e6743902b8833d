// Package credentials turns the Secret of another cluster into a client for it.
//
// [Parse] is pure: the data of a Secret in, [Credentials] or a [Refusal] out. It reads no file, environment, clock or network. What it
// returns is rebuilt from an allow-list, so that a field that it does not know has no effect. It refuses whatever would run a program,
// read a file, go through a proxy, trust a server without its CA, or act under another name, and no option turns that on. Nothing that
// it says quotes the Secret.
package credentials
