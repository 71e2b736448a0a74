/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.nio.charset.StandardCharsets;

/** What partitions answer to {@link Control}s, where it is not the reply of a function. */
final class Answer {

  private static final TypeName CONTENT = TypeName.of("io.statefun", "content");
  private static final TypeName FAILURE = TypeName.of("io.statefun", "failure");

  private Answer() {}

  static TypedValue of(byte[] content) {
    return TypedValue.ofBytes(CONTENT, content);
  }

  /** That it was not done. */
  static TypedValue failure(RequestFailedException.Reason reason, String why) {
    byte[] text = why.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[text.length + 1];
    bytes[0] = (byte) reason.ordinal();
    System.arraycopy(text, 0, bytes, 1, text.length);
    return TypedValue.ofBytes(FAILURE, bytes);
  }

  static boolean isFailure(TypedValue answer) {
    return answer.typeName().equals(FAILURE);
  }

  /**
   * The answer itself.
   *
   * @throws RequestFailedException if it is that of a failure
   */
  static TypedValue checked(TypedValue answer) {
    if (isFailure(answer)) {
      byte[] bytes = answer.bytes();
      RequestFailedException.Reason[] reasons = RequestFailedException.Reason.values();
      throw new RequestFailedException(
          reasons[Math.min(bytes[0], reasons.length - 1)],
          new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
    }
    return answer;
  }
}
