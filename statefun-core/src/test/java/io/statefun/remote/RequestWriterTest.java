/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.statefun.engine.RemoteBatch;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.remote.protocol.ToFunction;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What functions elsewhere are sent, byte for byte. */
class RequestWriterTest {

  private static final MessageTypes TYPES = MessageTypes.standard();
  private static final Address TARGET = Address.of("ex/fn", "a");

  @Test
  void aFirstRequestHasTheMessageAndNoState() {
    assertThat(hex(batch(List.of(), item(null, 5))))
        .isEqualTo(
            "a206310a0b0a0265781202666e1a01611a2212200a15696f2e737461746566756e2e74797065732f696e74"
                + "10011a050d05000000");
  }

  @Test
  void aStateThatIsKnownAndEmptyHasNoValue() {
    assertThat(hex(batch(List.of(new RemoteBatch.State("seen", null)), item(null, 5))))
        .isEqualTo(
            "a206390a0b0a0265781202666e1a016112060a047365656e1a2212200a15696f2e737461746566756e2e74"
                + "797065732f696e7410011a050d05000000");
  }

  @Test
  void aValueOfNoBytesIsAValue() throws Exception {
    ToFunction.InvocationBatchRequest request =
        parse(batch(List.of(new RemoteBatch.State("seen", TYPES.wrap(0))), item(null, "")));

    assertThat(request.getState(0).getStateValue())
        .isEqualTo(
            io.statefun.remote.protocol.TypedValue.newBuilder()
                .setTypename("io.statefun.types/int")
                .setHasValue(true)
                .build());
    assertThat(request.getInvocations(0).getArgument().getHasValue()).isTrue();
    assertThat(request.getInvocations(0).getArgument().getValue().size()).isZero();
  }

  @Test
  void onlyAMessageOfAFunctionHasACaller() throws Exception {
    ToFunction.InvocationBatchRequest request =
        parse(batch(List.of(), item(null, 1), item(Address.of("other/one", "é"), 2)));

    assertThat(request.getInvocations(0).hasCaller()).isFalse();
    assertThat(request.getInvocations(1).getCaller())
        .isEqualTo(
            io.statefun.remote.protocol.Address.newBuilder()
                .setNamespace("other")
                .setType("one")
                .setId("é")
                .build());
  }

  @Test
  void statesAndMessagesKeepTheirOrder() throws Exception {
    ToFunction.InvocationBatchRequest request =
        parse(
            batch(
                List.of(new RemoteBatch.State("z", null), new RemoteBatch.State("a", null)),
                item(null, 3),
                item(null, 1),
                item(null, 2)));

    assertThat(request.getStateList())
        .extracting(ToFunction.PersistedValue::getStateName)
        .containsExactly("z", "a");
    assertThat(request.getInvocationsList())
        .extracting(one -> one.getArgument().getValue().byteAt(1))
        .containsExactly((byte) 3, (byte) 1, (byte) 2);
  }

  @Test
  void bytesOfAnyTypeAreSentAsTheyAre() throws Exception {
    TypedValue any = TypedValue.ofBytes(TypeName.of("a.b", "c"), new byte[] {0, -1, 7});
    ToFunction.InvocationBatchRequest request =
        parse(batch(List.of(), new RemoteBatch.Item(null, any)));

    assertThat(request.getInvocations(0).getArgument().getTypename()).isEqualTo("a.b/c");
    assertThat(request.getInvocations(0).getArgument().getValue().toByteArray())
        .containsExactly(0, -1, 7);
  }

  private static RemoteBatch batch(List<RemoteBatch.State> states, RemoteBatch.Item... messages) {
    return new RemoteBatch("id-1", TARGET, states, List.of(messages));
  }

  private static RemoteBatch.Item item(@Nullable Address caller, Object message) {
    return new RemoteBatch.Item(caller, TYPES.wrap(message));
  }

  private static String hex(RemoteBatch batch) {
    return HexFormat.of().formatHex(RequestWriter.write(batch));
  }

  private static ToFunction.InvocationBatchRequest parse(RemoteBatch batch) throws Exception {
    return ToFunction.parseFrom(RequestWriter.write(batch)).getInvocation();
  }
}
