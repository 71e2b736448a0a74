/**
 * Serves functions to a runtime elsewhere, which keeps their state and sends it along with each
 * batch of messages: bytes in, bytes out, by whatever transport.
 */
@NullMarked
package io.statefun.remote.endpoint;

import org.jspecify.annotations.NullMarked;
