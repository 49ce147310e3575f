import CCurl
import Foundation

extension Exchange {
    /// A handle for the order's next transfer, to `address`.
    /// - Parameter used: one that a download has finished with; `nil` to create one.
    func makeHandle(_ options: TransferOptions, from used: EasyHandle?) throws(TransferError) -> EasyHandle {
        let handle = if let used { used } else { try EasyHandle() }
        switch order.kind {
        case .call(let request):
            try setCommon(handle, options)
            try setCall(handle, request)
        case .download(let request):
            if used == nil {
                try setCommon(handle, options)
                try setDownload(handle, options)
            }
            try handle.setFields(request.headers.lines)
        case .upload(let request):
            try openSource()
            try setCommon(handle, options)
            try setUpload(handle, request)
        }
        try setOwn(handle)
        return handle
    }

    /// Downloads reuse each other's handles, one after another.
    var sharesHandles: Bool {
        if case .download = order.kind { true } else { false }
    }

    /// The options that differ for every transfer.
    private func setOwn(_ handle: EasyHandle) throws(TransferError) {
        try handle.set(CURLOPT_URL, address.text)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.set(CURLOPT_PRIVATE, context: context)
        try handle.set(CURLOPT_HEADERDATA, context: context)
        try handle.set(CURLOPT_WRITEDATA, context: context)
        try handle.set(CURLOPT_PREREQDATA, context: context)
        if case .upload = order.kind { try handle.set(CURLOPT_READDATA, context: context) }
    }

    private func setCommon(_ handle: EasyHandle, _ options: TransferOptions) throws(TransferError) {
        try handle.set(CURLOPT_PATH_AS_IS, true)
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try handle.set(CURLOPT_FOLLOWLOCATION, false)
        try handle.set(CURLOPT_USERAGENT, options.userAgent)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, options.connectTimeout)
        try handle.set(CURLOPT_NOSIGNAL, true)
        // Otherwise removing a handle waits for getaddrinfo, and so does everything else.
        try handle.set(CURLOPT_QUICK_EXIT, true)
        // Otherwise a proxy's answer to CONNECT is taken for the server's.
        try handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        try handle.set(CURLOPT_TCP_KEEPALIVE, true)
        try handle.set(CURLOPT_SSL_VERIFYPEER, true)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try options.anchors.apply(to: handle)
        try handle.set(CURLOPT_HEADERFUNCTION, callback: onHead)
        try handle.set(CURLOPT_WRITEFUNCTION, callback: onBody)
        try handle.set(CURLOPT_PREREQFUNCTION, callback: onConnected)
    }

    private func setCall(_ handle: EasyHandle, _ request: HTTPRequest) throws(TransferError) {
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try handle.set(CURLOPT_TIMEOUT_MS, request.totalTimeout)
        try handle.set(CURLOPT_FRESH_CONNECT, !request.isRepeatable)
        if request.body != nil || request.method == .post || request.method == .put {
            try handle.set(CURLOPT_POST, true)
            try handle.setBody(request.body ?? Data())
        }
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        // Otherwise libcurl waits for the body that the answer's head announces.
        if request.method == .head { try handle.set(CURLOPT_NOBODY, true) }
        if !request.usesProxies { try handle.set(CURLOPT_PROXY, "") }
        if let encoding = request.headers["Accept-Encoding"] {
            try handle.set(CURLOPT_ACCEPT_ENCODING, encoding)
        }
        try handle.setFields(request.headers.lines)
    }

    /// Without a function that rewinds the body, libcurl does not by itself send a second time what the server may have
    /// taken already.
    private func setUpload(_ handle: EasyHandle, _ request: UploadRequest) throws(TransferError) {
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try handle.set(CURLOPT_UPLOAD, true)
        try handle.set(CURLOPT_UPLOAD_BUFFERSIZE, Self.sendBufferBytes)
        try handle.set(CURLOPT_INFILESIZE_LARGE, size: request.body.byteCount)
        try handle.set(CURLOPT_READFUNCTION, callback: onSupply)
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        try handle.setFields(request.headers.lines)
    }

    private static let sendBufferBytes = 256 << 10

    private func setDownload(_ handle: EasyHandle, _ options: TransferOptions) throws(TransferError) {
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try handle.set(CURLOPT_BUFFERSIZE, options.receiveBufferBytes)
        try handle.set(CURLOPT_HTTPGET, true)
    }
}

extension HTTPHeaders {
    /// The fields in libcurl's form, without fields that libcurl would add unasked: `Expect`, which makes a body wait,
    /// and a form's `Content-Type`. libcurl sends `Accept-Encoding` itself.
    var lines: [String] {
        let own = fields.filter { !Self.isSame($0.name, "Accept-Encoding") }
            .map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        let unwanted = ["Expect", "Content-Type"].filter { self[$0] == nil }.map { "\($0):" }
        return own + unwanted
    }
}

private func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
    context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}

private let onHead: curl_write_callback = { line, size, count, context in
    let bytes = UnsafeRawBufferPointer(start: line, count: size * count)
    return exchange(context)?.receiveHead(bytes) == true ? bytes.count : 0
}

private let onBody: curl_write_callback = { chunk, size, count, context in
    let bytes = UnsafeRawBufferPointer(start: chunk, count: size * count)
    return switch exchange(context)?.receiveBody(bytes) ?? .ended {
    case .taken: bytes.count
    case .paused: Int(CURL_WRITEFUNC_PAUSE)
    case .ended: 0
    }
}

private let onSupply: curl_write_callback = { buffer, size, count, context in
    let place = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
    return switch exchange(context)?.supply(place) ?? .ended {
    case .bytes(let count): count
    case .paused: Int(CURL_READFUNC_PAUSE)
    case .ended: Int(CURL_READFUNC_ABORT)
    }
}

private let onConnected: curl_prereq_callback = { context, _, _, _, _ in
    exchange(context)?.connected()
    return CURL_PREREQFUNC_OK
}
