/** Where messages enter and records leave: ingress, egress and routing. */
@NullMarked
package io.statefun.io;

import org.jspecify.annotations.NullMarked;
