#!/bin/sh
# The secret is the bare password, as control reads it; Asterisk wants a line of its own form.
set -eu
umask 077
printf 'password = %s\n' "$(sed 's/;/\\;/g' /run/secrets/ari_password)" >/run/asterisk/ari_password.conf
exec asterisk -f -n
