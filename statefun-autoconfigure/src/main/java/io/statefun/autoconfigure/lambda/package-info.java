/** Serves the functions of the application as a function of AWS Lambda. */
@NullMarked
package io.statefun.autoconfigure.lambda;

import org.jspecify.annotations.NullMarked;
