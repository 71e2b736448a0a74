/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What partitions answer to {@link Control}s, where it is not the reply of a function. */
final class Answer {

  private static final TypeName CONTENT = TypeName.of("io.statefun", "content");
  private static final TypeName FAILURE = TypeName.of("io.statefun", "failure");

  /** What a message takes besides an answer, at most. */
  private static final int OVERHEAD = 1_024;

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

  /**
   * What has become of something that a partition was asked for.
   *
   * @param answer the answer; null if there is none
   * @param failure why there is none
   * @param from the partition that sends the answer
   */
  static TypedValue of(@Nullable TypedValue answer, @Nullable Throwable failure, Partition from) {
    if (answer != null) {
      int size = answer.bytes().length;
      return size <= from.largestPosted() - OVERHEAD
          ? answer
          : failure(
              RequestFailedException.Reason.FAILED,
              "The answer takes "
                  + size
                  + " bytes, and from another process at most "
                  + (from.largestPosted() - OVERHEAD)
                  + " can be sent");
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof RequestFailedException known
        ? failure(known.reason(), String.valueOf(known.getMessage()))
        : failure(RequestFailedException.Reason.UNAVAILABLE, String.valueOf(cause));
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
