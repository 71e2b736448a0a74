/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.UnknownFieldSet;
import io.statefun.engine.RemoteReply;
import io.statefun.remote.protocol.FromFunction;

/**
 * What anybody may reply. Runs with the inputs that are known; {@code statefun-core/fuzz} looks for
 * others.
 */
class ReplyReaderFuzzTest {

  @FuzzTest
  void eachBodyIsReadAsOthersReadItOrRefused(byte[] body) throws Exception {
    RemoteReply reply;
    try {
      reply = ReplyReader.read(body);
    } catch (InvalidReplyException refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    FromFunction same = FromFunction.parseFrom(body);
    if (hasTwoAnswers(body)) {
      // Then the other decoder has what is left of the first.
      return;
    }
    if (reply instanceof RemoteReply.Incomplete incomplete) {
      assertThat(incomplete.missing())
          .hasSize(same.getIncompleteInvocationContext().getMissingValuesCount());
      return;
    }
    RemoteReply.Done done = (RemoteReply.Done) reply;
    FromFunction.InvocationResponse result = same.getInvocationResult();
    assertThat(same.hasIncompleteInvocationContext()).isFalse();
    assertThat(done.states()).hasSize(result.getStateMutationsCount());
    assertThat(done.messages()).hasSize(result.getOutgoingMessagesCount());
    assertThat(done.delayed()).hasSize(result.getDelayedInvocationsCount());
    assertThat(done.records()).hasSize(result.getOutgoingEgressesCount());
  }

  private static boolean hasTwoAnswers(byte[] body) throws Exception {
    UnknownFieldSet fields = UnknownFieldSet.parseFrom(body);
    return fields.hasField(FromFunction.INVOCATION_RESULT_FIELD_NUMBER)
        && fields.hasField(FromFunction.INCOMPLETE_INVOCATION_CONTEXT_FIELD_NUMBER);
  }
}
