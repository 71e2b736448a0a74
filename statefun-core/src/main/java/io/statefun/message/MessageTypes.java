/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.message;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Knows the {@link MessageType} of every Java class whose values can be sent or stored. An
 * application has one; it never changes, and any thread may use it.
 *
 * <p>Which type a class has, in this order:
 *
 * <ol>
 *   <li>the type that {@link Builder#add} was given for it, or for its nearest super type;
 *   <li>for {@code Boolean}, {@code Integer}, {@code Long}, {@code Float}, {@code Double}, {@code
 *       String}, {@code byte[]} and {@code ByteString} the built-in types {@code
 *       io.statefun.types/…};
 *   <li>for generated protobuf messages {@code type.googleapis.com/} and the message's full name;
 *   <li>for all others JSON by Jackson, under the name that {@link MessageTypeName} gives or {@code
 *       io.statefun.json/} and the class name.
 * </ol>
 *
 * <p>The classes of a hierarchy all travel under the name of its root, so that a receiver can
 * handle the root or one of them. A hierarchy is a sealed type whose classes are all known, or a
 * type with Jackson's {@code @JsonTypeInfo}. A sealed hierarchy without annotations is written with
 * a property {@code @type} that holds the simple name of the object's class; adding a class to it
 * is safe, renaming one is not, unless {@code @JsonTypeName} keeps the old name.
 *
 * <p>JSON properties that a class does not know are ignored, and those that it misses are null or
 * zero, so that classes can change while their values are stored. How large and how deep JSON can
 * be is limited by Jackson's {@code StreamReadConstraints}.
 */
public final class MessageTypes {

  /** Of the types of classes that Jackson writes, unless they have a name of their own. */
  static final String JSON_NAMESPACE = "io.statefun.json";

  private static final boolean JACKSON = isPresent("tools.jackson.databind.json.JsonMapper");

  private final Map<Class<?>, MessageType<?>> registered;
  private final Map<TypeName, Class<?>> names = new ConcurrentHashMap<>();
  private final @Nullable Object jsonMapper;
  private final ClassValue<Entry> entries =
      new ClassValue<>() {
        @Override
        protected Entry computeValue(Class<?> type) {
          return resolve(type);
        }
      };
  private @Nullable JacksonTypes jackson;

  /**
   * What is known of a class.
   *
   * @param own the class's own view of the type
   * @param root the type under which its objects travel
   */
  private record Entry(MessageType<?> own, MessageType<?> root) {}

  private MessageTypes(Map<Class<?>, MessageType<?>> registered, @Nullable Object jsonMapper) {
    this.registered = Map.copyOf(registered);
    this.jsonMapper = jsonMapper;
    registered.forEach((type, messageType) -> names.putIfAbsent(messageType.typeName(), type));
  }

  /** The built-in types, protobuf, and Jackson with its default settings if it is there. */
  public static MessageTypes standard() {
    return builder().build();
  }

  /** Begins a registry with types or Jackson settings of one's own. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The type of a class's values. For a class below the root of a hierarchy it has the root's name
   * and bytes, and reads no objects of other classes. For a primitive class it is the type of its
   * box.
   *
   * @return always the same object for the same class
   * @throws IllegalArgumentException if values of the class cannot be sent or stored; the text says
   *     why and what to do
   */
  @SuppressWarnings("unchecked")
  public <T> MessageType<T> forClass(Class<T> type) {
    return (MessageType<T>) entries.get(type).own();
  }

  /**
   * The type under which a class's values are sent: that of {@link #forClass}, or for a class of a
   * hierarchy that of the root.
   *
   * @throws IllegalArgumentException if values of the class cannot be sent or stored
   */
  @SuppressWarnings("unchecked")
  public <T> MessageType<? super T> rootOf(Class<T> type) {
    return (MessageType<? super T>) entries.get(type).root();
  }

  /**
   * The type of a name that this registry has met: one that was added, or that of a class which was
   * asked for.
   *
   * @return the type, or null if the name was not met
   */
  public @Nullable MessageType<?> find(TypeName name) {
    Class<?> type = names.get(name);
    return type == null ? null : rootOf(type);
  }

  /**
   * Shows a value to people who look into what is stored.
   *
   * @return a text, of any length; null if the type is not known or has none that says more than
   *     the bytes
   * @throws SerializationException if the bytes are not a value of the type
   */
  public @Nullable String describe(TypeName name, byte[] bytes) {
    MessageType<?> type = find(name);
    if (type != null) {
      return type.describe(bytes);
    }
    return name.namespace().equals(JSON_NAMESPACE) ? json(bytes) : null;
  }

  static String json(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Makes a typed value of an object; a typed value comes back as it is.
   *
   * @throws IllegalArgumentException if values of the object's class cannot be sent or stored
   * @throws SerializationException if the object is mutable and cannot be written
   */
  @SuppressWarnings("unchecked")
  public TypedValue wrap(Object value) {
    return value instanceof TypedValue typed
        ? typed
        : TypedValue.of((MessageType<Object>) entries.get(value.getClass()).root(), value);
  }

  private Entry resolve(Class<?> type) {
    if (type.isPrimitive() && type != void.class) {
      return entries.get(MethodType.methodType(type).wrap().returnType());
    }
    if (type == TypedValue.class) {
      throw new IllegalArgumentException(
          "TypedValue is not a type of its own, but holds a value of any. Name the class of the"
              + " value.");
    }
    MessageType<?> known = findRegistered(type);
    if (known != null) {
      return entry(type, known);
    }
    if (MessageLite.class.isAssignableFrom(type)) {
      return protobuf(type);
    }
    Class<?> parent = type.getSuperclass();
    if (parent != null && parent.isEnum()) {
      return entries.get(parent); // the class of a constant with a body
    }
    JacksonTypes json = jackson(type);
    Class<?> root = json.rootOf(type);
    return root == type ? own(json.create(type)) : entry(type, entries.get(root).root());
  }

  private @Nullable MessageType<?> findRegistered(Class<?> type) {
    MessageType<?> exact = registered.get(type);
    if (exact != null) {
      return exact;
    }
    List<Class<?>> nearest = new ArrayList<>();
    for (Class<?> candidate : registered.keySet()) {
      if (candidate.isAssignableFrom(type)) {
        nearest.removeIf(other -> other.isAssignableFrom(candidate));
        if (nearest.stream().noneMatch(candidate::isAssignableFrom)) {
          nearest.add(candidate);
        }
      }
    }
    if (nearest.size() > 1) {
      throw new IllegalArgumentException(
          type.getName()
              + " cannot be sent or stored: message types were added for several of its super"
              + " types, none nearer than the others: "
              + nearest
              + ". Add one for the class itself.");
    }
    return nearest.isEmpty() ? null : registered.get(nearest.get(0));
  }

  private Entry protobuf(Class<?> type) {
    if (!Message.class.isAssignableFrom(type)) {
      throw new IllegalArgumentException(
          type.getName()
              + " cannot be sent or stored: it was generated for protobuf's lite runtime, which"
              + " does not know its name. Generate it without optimize_for = LITE_RUNTIME.");
    }
    return own(ProtobufType.of(type.asSubclass(Message.class)));
  }

  private Entry own(MessageType<?> created) {
    Class<?> type = created.javaType();
    Class<?> other = names.putIfAbsent(created.typeName(), type);
    if (other != null && other != type) {
      throw new IllegalArgumentException(
          type.getName()
              + " cannot be sent or stored: its type name "
              + created.typeName()
              + " is that of "
              + other.getName()
              + ". Give one of them another name with @MessageTypeName.");
    }
    return new Entry(created, created);
  }

  private static Entry entry(Class<?> type, MessageType<?> root) {
    return root.javaType() == type
        ? new Entry(root, root)
        : new Entry(new NarrowedType<>(type, root), root);
  }

  private synchronized JacksonTypes jackson(Class<?> type) {
    if (!JACKSON) {
      throw new IllegalArgumentException(
          type.getTypeName()
              + " cannot be sent or stored: it is neither a built-in type nor a protobuf message,"
              + " and Jackson is missing. To send and store it as JSON, add"
              + " tools.jackson.core:jackson-databind to the class path.");
    }
    JacksonTypes result = jackson;
    if (result == null) {
      result = JacksonTypes.of(jsonMapper);
      jackson = result;
    }
    return result;
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, MessageTypes.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Values of one class of a hierarchy, which have the name and the bytes of the root. */
  private static final class NarrowedType<T> implements MessageType<T> {

    private final Class<T> javaType;
    private final MessageType<Object> root;

    @SuppressWarnings("unchecked")
    NarrowedType(Class<T> javaType, MessageType<?> root) {
      this.javaType = javaType;
      this.root = (MessageType<Object>) root;
    }

    @Override
    public TypeName typeName() {
      return root.typeName();
    }

    @Override
    public Class<T> javaType() {
      return javaType;
    }

    @Override
    public byte[] serialize(T value) {
      return root.serialize(value);
    }

    @Override
    public T deserialize(byte[] bytes) {
      Object value = root.deserialize(bytes);
      if (!javaType.isInstance(value)) {
        throw new SerializationException(
            "A value of type "
                + typeName()
                + " is not of "
                + javaType.getName()
                + " but of "
                + value.getClass().getName(),
            null);
      }
      return javaType.cast(value);
    }

    @Override
    public @Nullable String describe(byte[] bytes) {
      return root.describe(bytes);
    }

    @Override
    public boolean isJson() {
      return root.isJson();
    }

    @Override
    public boolean immutable() {
      return root.immutable();
    }

    @Override
    public boolean total() {
      return root.total();
    }

    @Override
    public String toString() {
      return typeName().toString();
    }
  }

  /** Collects what a registry is made of. Not for use by several threads. */
  public static final class Builder {

    private final Map<Class<?>, MessageType<?>> added = new HashMap<>();
    private @Nullable Object jsonMapper;

    private Builder() {}

    /**
     * Adds a type of one's own. It is used for its Java type and the classes below it, and may
     * replace a built-in type.
     *
     * @throws IllegalArgumentException if its Java type or its name has a type already
     */
    public Builder add(MessageType<?> type) {
      Class<?> javaType = type.javaType();
      Objects.requireNonNull(type.typeName(), "typeName");
      MessageType<?> sameClass = added.putIfAbsent(javaType, type);
      if (sameClass != null) {
        throw new IllegalArgumentException(
            "There are two message types for "
                + javaType.getName()
                + ": "
                + sameClass.typeName()
                + " and "
                + type.typeName()
                + ". Remove one of them.");
      }
      for (MessageType<?> other : added.values()) {
        if (other != type && other.typeName().equals(type.typeName())) {
          added.remove(javaType);
          throw new IllegalArgumentException(
              "The message type name "
                  + type.typeName()
                  + " was added for "
                  + other.javaType().getName()
                  + " and for "
                  + javaType.getName()
                  + ". Give one of them another name.");
        }
      }
      return this;
    }

    /**
     * Sets the mapper whose settings and modules are used for JSON. A few settings are fixed
     * whatever the mapper says: unknown properties are ignored, missing primitives are zero, and
     * times keep their zone.
     */
    public Builder jsonMapper(JsonMapper mapper) {
      this.jsonMapper = Objects.requireNonNull(mapper, "mapper");
      return this;
    }

    /**
     * Makes the registry.
     *
     * @throws IllegalArgumentException if an added type has the name of a built-in type for another
     *     class
     */
    public MessageTypes build() {
      Map<Class<?>, MessageType<?>> all = new HashMap<>();
      for (MessageType<?> builtIn : BuiltInTypes.all()) {
        if (added.containsKey(builtIn.javaType())) {
          continue;
        }
        for (MessageType<?> type : added.values()) {
          if (type.typeName().equals(builtIn.typeName())) {
            throw new IllegalArgumentException(
                "The message type name "
                    + type.typeName()
                    + " of "
                    + type.javaType().getName()
                    + " is that of the built-in type for "
                    + builtIn.javaType().getName()
                    + ". Give it another name.");
          }
        }
        all.put(builtIn.javaType(), builtIn);
      }
      all.putAll(added);
      return new MessageTypes(all, jsonMapper);
    }
  }
}
