/** Functions that are written twice: as beans, and with Apache's SDK. */
@NullMarked
package io.statefun.remote.endpoint.reference;

import org.jspecify.annotations.NullMarked;
