/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.statefun.engine.FailurePolicy;
import io.statefun.engine.FunctionInvoker;
import io.statefun.engine.Invocation.AsyncEnd;
import io.statefun.engine.Retention;
import io.statefun.engine.StateSpec;
import io.statefun.engine.UnhandledMessageException;
import io.statefun.function.AsyncResult;
import io.statefun.function.Context;
import io.statefun.function.ListState;
import io.statefun.function.MapState;
import io.statefun.function.MessageHandler;
import io.statefun.function.OnFailure;
import io.statefun.function.State;
import io.statefun.function.StatefulFunction;
import io.statefun.function.ValueState;
import io.statefun.message.Address;
import io.statefun.message.MessageTypes;
import io.statefun.message.SerializationException;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.message.proto.Parcel;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.NamingStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnnotatedFunctionTest {

  private final MessageTypes types = MessageTypes.standard();

  /** What a handler was called with. */
  record Call(String handler, List<@Nullable Object> arguments) {
    static Call of(String handler, @Nullable Object... arguments) {
      return new Call(handler, Arrays.asList(arguments));
    }
  }

  abstract static class Recording {
    final List<Call> calls = new ArrayList<>();

    void called(String handler, @Nullable Object... arguments) {
      calls.add(Call.of(handler, arguments));
    }
  }

  record Opened(String by) {}

  record Closed(String by) {}

  static class Mutable {
    public int value;
  }

  sealed interface Event {}

  sealed interface Money extends Event {}

  record Paid(int amount) implements Money {}

  record Refunded(int amount) implements Money {}

  record Noted(String text) implements Event {}

  private FunctionInvoker bind(Object bean) {
    return AnnotatedFunction.bind(bean, types, FailurePolicy.DEFAULT);
  }

  private void send(Object bean, Object message) throws Exception {
    bind(bean).invoke(new FakeInvocation(types.wrap(message), null));
  }

  private void sendAsBytes(Object bean, Object message) throws Exception {
    TypedValue typed = types.wrap(message);
    TypedValue bytes = TypedValue.ofBytes(typed.typeName(), typed.bytes());
    bind(bean).invoke(new FakeInvocation(bytes, null));
  }

  private void send(Object bean, Object message, boolean asBytes) throws Exception {
    if (asBytes) {
      sendAsBytes(bean, message);
    } else {
      send(bean, message);
    }
  }

  // ----------------------------------------------------------------------------------- arguments

  @StatefulFunction("test/states")
  static class StatesOnly extends Recording {
    @MessageHandler
    void on(
        @State("a") ValueState<String> a,
        Opened message,
        Context context,
        @State("b") ListState<Opened> b,
        @Nullable Address caller,
        @State(value = "c", expireAfterWrite = "1d") MapState<Integer, Long> c) {
      called("on", a.toString(), message, context.self(), b.toString(), caller, c.toString());
    }

    @MessageHandler
    void onClosed(Closed message, @State("b") ListState<Opened> again) {
      called("closed", message, again.toString());
    }
  }

  @Test
  void everyParameterGetsItsArgument() throws Exception {
    StatesOnly bean = new StatesOnly();
    FakeInvocation invocation = new FakeInvocation(types.wrap(new Opened("Ada")), null);
    invocation.caller = Address.of("test/other", "o1");

    bind(bean).invoke(invocation);

    assertThat(bean.calls)
        .containsExactly(
            Call.of(
                "on",
                "value 0",
                new Opened("Ada"),
                FakeInvocation.SELF,
                "list 1",
                invocation.caller,
                "map 2"));
  }

  @StatefulFunction("test/counts")
  static class Counts extends Recording {
    @MessageHandler
    void one(Opened message) {
      called("one", message);
    }

    @MessageHandler
    void two(@Nullable Address caller, Closed message) {
      called("two", caller, message);
    }

    @MessageHandler
    void three(@State("a") ValueState<String> a, @Nullable Address caller, Long message) {
      called("three", a.toString(), caller, message);
    }

    @MessageHandler
    void four(
        @State("a") ValueState<String> a,
        @State("b") ValueState<String> b,
        @Nullable Address caller,
        Integer message) {
      called("four", a.toString(), b.toString(), caller, message);
    }

    @MessageHandler
    void five(
        @State("a") ValueState<String> a,
        @State("b") ValueState<String> b,
        @State("c") ValueState<String> c,
        @Nullable Address caller,
        String message) {
      called("five", a.toString(), b.toString(), c.toString(), caller, message);
    }
  }

  @Test
  void handlersWithAnyNumberOfParametersAreCalled() throws Exception {
    Counts bean = new Counts();
    List<Object> messages = List.of(new Opened("Ada"), new Closed("Bob"), 3L, 4, "5");
    for (Object message : messages) {
      send(bean, message);
    }

    assertThat(bean.calls)
        .extracting(Call::handler)
        .containsExactly("one", "two", "three", "four", "five");
    for (int i = 0; i < messages.size(); i++) {
      List<@Nullable Object> arguments = bean.calls.get(i).arguments();
      assertThat(arguments).hasSize(i + 1);
      assertThat(arguments.get(i)).isEqualTo(messages.get(i));
    }
  }

  @Test
  void callerIsNullIfThereIsNone() throws Exception {
    StatesOnly bean = new StatesOnly();
    send(bean, new Opened("Ada"));

    assertThat(bean.calls.get(0).arguments().get(4)).isNull();
  }

  @Test
  void stateOfOneNameHasOneSlot() throws Exception {
    StatesOnly bean = new StatesOnly();
    send(bean, new Closed("Ada"));

    assertThat(bean.calls.get(0).arguments().get(1)).asString().startsWith("list ");
    assertThat(bind(bean).states()).hasSize(3);
  }

  @Test
  void declaredStatesHaveKindTypesAndRetention() {
    Map<String, StateSpec> states =
        bind(new StatesOnly()).states().stream().collect(Collectors.toMap(StateSpec::name, s -> s));

    assertThat(states.get("a"))
        .isEqualTo(
            new StateSpec(
                "a", StateSpec.Kind.VALUE, types.forClass(String.class), null, Retention.FOREVER));
    assertThat(states.get("c"))
        .isEqualTo(
            new StateSpec(
                "c",
                StateSpec.Kind.MAP,
                types.forClass(Long.class),
                types.forClass(Integer.class),
                new Retention(Retention.Mode.AFTER_WRITE, Duration.ofDays(1))));
  }

  @StatefulFunction("test/access")
  static class AfterAccess {
    @MessageHandler
    void on(Opened message, @State(value = "a", expireAfterAccess = "15m") ValueState<Long> a) {}
  }

  @Test
  void valueCanExpireAfterAccess() {
    assertThat(bind(new AfterAccess()).states().get(0).retention())
        .isEqualTo(new Retention(Retention.Mode.AFTER_ACCESS, Duration.ofMinutes(15)));
  }

  // ------------------------------------------------------------------------------------ dispatch

  @StatefulFunction("test/builtin")
  static class BuiltIns extends Recording {
    @MessageHandler
    void text(String message) {
      called("text", message);
    }

    @MessageHandler
    void number(int message) {
      called("number", message);
    }

    @MessageHandler
    void bytes(byte[] message) {
      called("bytes", message.length);
    }

    @MessageHandler
    void parcel(Parcel message) {
      called("parcel", message);
    }

    @MessageHandler
    void mutable(Mutable message) {
      called("mutable", message.value);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void messageGoesToTheHandlerOfItsType(boolean asBytes) throws Exception {
    BuiltIns bean = new BuiltIns();
    Mutable mutable = new Mutable();
    mutable.value = 3;

    send(bean, "hi", asBytes);
    send(bean, 5, asBytes);
    send(bean, ByteString.copyFrom(new byte[2]), asBytes);
    send(bean, Parcel.getDefaultInstance(), asBytes);
    send(bean, mutable, asBytes);

    assertThat(bean.calls)
        .containsExactly(
            Call.of("text", "hi"),
            Call.of("number", 5),
            Call.of("bytes", 2),
            Call.of("parcel", Parcel.getDefaultInstance()),
            Call.of("mutable", 3));
  }

  @Test
  void objectIsHandedOverByReference() throws Exception {
    StatesOnly bean = new StatesOnly();
    Opened message = new Opened("Ada");
    send(bean, message);

    assertThat(bean.calls.get(0).arguments().get(1)).isSameAs(message);
  }

  @StatefulFunction("test/events")
  static class Events extends Recording {
    @MessageHandler
    void any(Event message) {
      called("any", message);
    }

    @MessageHandler
    void money(Money message) {
      called("money", message);
    }

    @MessageHandler
    void paid(Paid message) {
      called("paid", message);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mostSpecificHandlerOfAHierarchyGetsTheMessage(boolean asBytes) throws Exception {
    Events bean = new Events();

    send(bean, new Noted("n"), asBytes);
    send(bean, new Refunded(1), asBytes);
    send(bean, new Paid(2), asBytes);

    assertThat(bean.calls)
        .containsExactly(
            Call.of("any", new Noted("n")),
            Call.of("money", new Refunded(1)),
            Call.of("paid", new Paid(2)));
  }

  @StatefulFunction("test/paid")
  static class PaidOnly extends Recording {
    @MessageHandler
    private void paid(Paid message) {
      called("paid", message);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void handlerOfOneClassOfAHierarchyGetsNoOther(boolean asBytes) throws Exception {
    PaidOnly bean = new PaidOnly();
    send(bean, new Paid(2), asBytes);

    assertThat(bean.calls).containsExactly(Call.of("paid", new Paid(2)));
    assertThatExceptionOfType(UnhandledMessageException.class)
        .isThrownBy(() -> send(bean, new Noted("n"), asBytes))
        .withMessageContaining(Noted.class.getName());
  }

  @StatefulFunction("test/fallback")
  static class WithFallback extends Recording {
    @MessageHandler
    void paid(Paid message) {
      called("paid", message);
    }

    @MessageHandler
    void other(TypedValue message) {
      called("other", message.typeName().name());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void typedValueHandlerGetsWhatNoOtherTakes(boolean asBytes) throws Exception {
    WithFallback bean = new WithFallback();

    send(bean, new Paid(2), asBytes);
    send(bean, "hi", asBytes);
    send(bean, new Noted("n"), asBytes);
    send(bean, TypedValue.ofBytes(TypeName.of("x", "strange"), new byte[] {7}), asBytes);

    assertThat(bean.calls)
        .containsExactly(
            Call.of("paid", new Paid(2)),
            Call.of("other", "string"),
            Call.of("other", Event.class.getName()),
            Call.of("other", "strange"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void unhandledMessageNamesFunctionIdTypeAndHandledTypes(boolean asBytes) {
    assertThatExceptionOfType(UnhandledMessageException.class)
        .isThrownBy(() -> send(new StatesOnly(), "hi", asBytes))
        .withMessageContaining("test/function/i1")
        .withMessageContaining("io.statefun.types/string")
        .withMessageContaining("$Closed")
        .withMessageContaining("$Opened");
  }

  @Test
  void unreadableMessageIsUnhandledWithItsCause() {
    TypedValue broken =
        TypedValue.ofBytes(types.forClass(Opened.class).typeName(), new byte[] {'{'});

    assertThatExceptionOfType(UnhandledMessageException.class)
        .isThrownBy(() -> send(new StatesOnly(), broken))
        .withMessageContaining("test/function/i1")
        .withCauseInstanceOf(SerializationException.class);
  }

  // ----------------------------------------------------------------------------------- async ends

  @StatefulFunction("test/async")
  static class AsyncEnds extends Recording {
    @MessageHandler
    void ended(AsyncResult<Paid, String> result) {
      called("ended", result);
    }

    @MessageHandler
    void paid(Paid message) {
      called("paid", message);
    }
  }

  @Test
  void endOfAnOperationGoesToTheHandlerOfItsRequest() throws Exception {
    AsyncEnds bean = new AsyncEnds();
    AsyncEnd end = new AsyncEnd(AsyncResult.Status.SUCCESS, "done", null);

    bind(bean).invoke(new FakeInvocation(types.wrap(new Paid(1)), end));

    assertThat(bean.calls)
        .containsExactly(
            Call.of(
                "ended", new AsyncResult<>(new Paid(1), AsyncResult.Status.SUCCESS, "done", null)));
  }

  @Test
  void failureOfAnOperationReachesTheHandler() throws Exception {
    AsyncEnds bean = new AsyncEnds();
    IOException failure = new IOException("gone");
    AsyncEnd end = new AsyncEnd(AsyncResult.Status.FAILURE, null, failure);

    bind(bean).invoke(new FakeInvocation(types.wrap(new Paid(1)), end));

    assertThat(bean.calls)
        .containsExactly(
            Call.of(
                "ended",
                new AsyncResult<>(new Paid(1), AsyncResult.Status.FAILURE, null, failure)));
  }

  @Test
  void ordinaryMessageIsNoEndOfAnOperation() throws Exception {
    AsyncEnds bean = new AsyncEnds();
    send(bean, new Paid(1));

    assertThat(bean.calls).containsExactly(Call.of("paid", new Paid(1)));
  }

  @Test
  void endOfAnOperationWithoutHandlerIsUnhandled() {
    AsyncEnd end = new AsyncEnd(AsyncResult.Status.UNKNOWN, null, null);

    assertThatExceptionOfType(UnhandledMessageException.class)
        .isThrownBy(
            () -> bind(new WithFallback()).invoke(new FakeInvocation(types.wrap(new Paid(1)), end)))
        .withMessageContaining("AsyncResult")
        .withMessageContaining("it handles none");
  }

  // ------------------------------------------------------------------------------------- failures

  @StatefulFunction("test/failing")
  @OnFailure(
      maxAttempts = 3,
      initialBackoff = "1s",
      maxBackoff = "PT2M",
      multiplier = 1.5,
      then = OnFailure.Then.STOP)
  static class Failing {
    @MessageHandler
    void checked(Opened message) throws IOException {
      throw new IOException(message.by());
    }

    @MessageHandler
    void error(Closed message) {
      throw new StackOverflowError(message.by());
    }
  }

  @Test
  void exceptionOfAHandlerComesOutAsItIs() {
    assertThatThrownBy(() -> send(new Failing(), new Opened("Ada")))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("Ada")
        .hasNoCause();
  }

  @Test
  void errorOfAHandlerComesOutAsItIs() {
    assertThatThrownBy(() -> send(new Failing(), new Closed("Ada")))
        .isExactlyInstanceOf(StackOverflowError.class)
        .hasMessage("Ada");
  }

  @Test
  void annotationSetsTheFailurePolicy() {
    assertThat(bind(new Failing()).failurePolicy())
        .isEqualTo(
            new FailurePolicy(
                3, Duration.ofSeconds(1), Duration.ofMinutes(2), 1.5, OnFailure.Then.STOP));
  }

  @Test
  void defaultPolicyHoldsWithoutAnnotation() {
    assertThat(bind(new Events()).failurePolicy()).isSameAs(FailurePolicy.DEFAULT);
  }

  // ---------------------------------------------------------------------- inheritance and proxies

  abstract static class Base<M, S> extends Recording {
    @MessageHandler
    void on(M message, @State("s") ValueState<S> state) {
      called("base", message, state.toString());
    }

    @MessageHandler
    void twice(Closed message) {
      called("base", message);
    }
  }

  interface Defaulting {
    @MessageHandler
    default void text(String message, Context context) {
      context.send(FakeInvocation.SELF, message);
    }
  }

  @StatefulFunction("test/derived")
  static class Derived extends Base<Opened, Long> implements Defaulting {
    @Override
    @MessageHandler
    void twice(Closed message) {
      called("derived", message);
    }
  }

  @Test
  void inheritedHandlerKnowsTheMeaningOfTypeVariables() throws Exception {
    Derived bean = new Derived();
    send(bean, new Opened("Ada"));

    assertThat(bean.calls).containsExactly(Call.of("base", new Opened("Ada"), "value 0"));
    assertThat(bind(bean).states().get(0).valueType()).isSameAs(types.forClass(Long.class));
  }

  @Test
  void overridingHandlerReplacesTheInheritedOne() throws Exception {
    Derived bean = new Derived();
    send(bean, new Closed("Ada"));

    assertThat(bean.calls).containsExactly(Call.of("derived", new Closed("Ada")));
  }

  @Test
  void defaultMethodOfAnInterfaceIsAHandler() throws Exception {
    FakeInvocation invocation = new FakeInvocation(types.wrap("hi"), null);
    bind(new Derived()).invoke(invocation);

    assertThat(invocation.sent).containsExactly("hi");
  }

  abstract static class Generic<M> extends Recording {
    abstract void on(M message);
  }

  @StatefulFunction("test/bridged")
  static class Bridged extends Generic<Opened> {
    @Override
    @MessageHandler
    void on(Opened message) {
      called("on", message);
    }
  }

  @Test
  void bridgeMethodIsNoSecondHandler() throws Exception {
    Bridged bean = new Bridged();
    send(bean, new Opened("Ada"));

    assertThat(bean.calls).hasSize(1);
  }

  private static <T> T generatedSubclass(Class<T> type) throws ReflectiveOperationException {
    return new ByteBuddy()
        .with(new NamingStrategy.Suffixing("$SpringCGLIB$$0"))
        .subclass(type)
        .make()
        .load(type.getClassLoader())
        .getLoaded()
        .getDeclaredConstructor()
        .newInstance();
  }

  @Test
  void objectOfAGeneratedSubclassIsBoundByTheClassOfTheAuthor() throws Exception {
    Object bean = generatedSubclass(PublicFunction.class);

    assertThat(bean.getClass()).isNotEqualTo(PublicFunction.class);
    assertThat(bind(bean).type()).hasToString("test/public");
  }

  @Test
  void privateHandlerOfAProxyIsRefused() throws Exception {
    Object bean = generatedSubclass(PublicWithPrivateHandler.class);

    assertThatExceptionOfType(InvalidFunctionException.class)
        .isThrownBy(() -> bind(bean))
        .withMessageContaining("the method is private")
        .withMessageContaining("proxyTargetClass");
  }

  @StatefulFunction("test/public")
  public static class PublicFunction {
    @MessageHandler
    public void on(Opened message) {}
  }

  @StatefulFunction("test/private")
  public static class PublicWithPrivateHandler {
    @MessageHandler
    private void on(Opened message) {}
  }

  interface Contract {
    void on(Opened message);
  }

  @StatefulFunction("test/contract")
  static class Implementing extends Recording implements Contract {
    @Override
    @MessageHandler
    public void on(Opened message) {
      called("on", message);
    }
  }

  private static Object jdkProxy(Class<?> type, Object target) {
    return Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) -> method.invoke(target, arguments));
  }

  @Test
  void interfaceProxyIsCalledThroughItsInterface() throws Exception {
    Implementing target = new Implementing();
    FunctionInvoker function =
        AnnotatedFunction.bind(
            Implementing.class, jdkProxy(Contract.class, target), types, FailurePolicy.DEFAULT);

    function.invoke(new FakeInvocation(types.wrap(new Opened("Ada")), null));

    assertThat(target.calls).containsExactly(Call.of("on", new Opened("Ada")));
  }

  @Test
  void handlerThatNoInterfaceOfTheProxyDeclaresIsRefused() {
    Object proxy = jdkProxy(Contract.class, new Implementing());

    assertThatExceptionOfType(InvalidFunctionException.class)
        .isThrownBy(() -> AnnotatedFunction.bind(Events.class, proxy, types, FailurePolicy.DEFAULT))
        .withMessageContaining("no interface of the proxy declares the method");
  }
}
